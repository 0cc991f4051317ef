package dev.bailiwick.agent.link.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;

/**
 * Writes a PKCS #10 request (RFC 2986) for a P-256 key in DER (X.690). The JDK has no public API for this; since the request has one
 * fixed structure, no library is needed.
 */
final class CertificateRequest {

    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int ATTRIBUTES = 0xa0;

    /** 2.5.4.3, commonName. */
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};
    /** 1.2.840.10045.4.3.2, ecdsa-with-SHA256 (RFC 5758). */
    private static final byte[] ECDSA_WITH_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02};

    private CertificateRequest() {}

    /** @param commonName at most 64 characters; the server ignores the name */
    static byte[] of(KeyPair keys, String commonName) {
        byte[] name = sequence(element(
                SET,
                sequence(
                        element(OBJECT_IDENTIFIER, COMMON_NAME),
                        element(UTF8_STRING, commonName.getBytes(StandardCharsets.UTF_8)))));
        // getEncoded() of a public key returns a SubjectPublicKeyInfo, which the request contains.
        byte[] information = sequence(
                element(INTEGER, new byte[] {0}), name, keys.getPublic().getEncoded(), element(ATTRIBUTES));
        return sequence(
                information, sequence(element(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256)), bits(sign(keys, information)));
    }

    private static byte[] sign(KeyPair keys, byte[] information) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(information);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java cannot sign with P-256", e);
        }
    }

    private static byte[] sequence(byte[]... contents) {
        return element(SEQUENCE, contents);
    }

    /** The first byte of a bit string is the number of unused bits in its last byte: 0. */
    private static byte[] bits(byte[] content) {
        return element(BIT_STRING, new byte[] {0}, content);
    }

    private static byte[] element(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        ByteArrayOutputStream der = new ByteArrayOutputStream(length + 4);
        der.write(tag);
        writeLength(der, length);
        for (byte[] content : contents) {
            der.writeBytes(content);
        }
        return der.toByteArray();
    }

    private static void writeLength(ByteArrayOutputStream der, int length) {
        if (length > 0xffff) {
            throw new IllegalArgumentException("A request is at most 65535 bytes long, not " + length);
        }
        if (length > 0xff) {
            der.write(0x82);
            der.write(length >> 8);
        } else if (length > 0x7f) {
            der.write(0x81);
        }
        der.write(length);
    }
}
