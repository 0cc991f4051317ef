package dev.bailiwick.server.account.key;

import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.InvalidValue;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A public key of SSH, read strictly from one line of {@code authorized_keys} (sshd(8)) and the wire format in it (RFC 4253, 6.6; RFC
 * 5656, 3.1; RFC 8709, 4; PROTOCOL.u2f of OpenSSH).
 *
 * @param bits the size of the key
 * @param blob the key in the wire format
 * @param comment at most {@link #MAX_COMMENT} characters of plain text, or none
 */
@SuppressWarnings("ArrayRecordComponent") // Keys are compared by their fingerprints.
record SshPublicKey(KeyType type, int bits, byte[] blob, String comment) {

    static final int MIN_RSA_BITS = 3072;
    /** What OpenSSH accepts. */
    static final int MAX_RSA_BITS = 16_384;

    static final int MAX_COMMENT = 200;
    private static final int MAX_LINE = 4096;
    private static final int MAX_APPLICATION = 256;
    private static final Pattern BLANKS = Pattern.compile("[ \\t]+");
    private static final Pattern LINE_END = Pattern.compile("\\r?\\n\\z");

    /**
     * Reads a line as {@code ssh-keygen} writes it to a file that ends in {@code .pub}.
     *
     * @throws InvalidValue if it is anything else, or a key that is too weak. No message contains any of it
     */
    static SshPublicKey parse(String text) {
        if (isPrivate(text)) {
            throw new InvalidValue(
                    "is a private key, and was not stored. Enter the line of the file that ends in .pub; if others could see the private key, create another one");
        }
        String line = LINE_END.matcher(text).replaceFirst("").strip();
        if (line.isEmpty() || line.length() > MAX_LINE) {
            throw new InvalidValue("must have 1 to " + MAX_LINE + " characters");
        }
        if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
            throw new InvalidValue("must be one line with one key");
        }
        String[] fields = BLANKS.split(line, 3);
        KeyType type = type(fields[0], line);
        if (fields.length < 2) {
            throw new InvalidValue("is not a whole key: the key must follow its type");
        }
        byte[] blob = base64(fields[1]);
        return new SshPublicKey(type, bits(type, blob), blob, comment(fields.length > 2 ? fields[2] : ""));
    }

    private static boolean isPrivate(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        return upper.contains("PRIVATE KEY")
                || upper.contains("PUTTY-USER-KEY-FILE")
                // The beginning of a private key of OpenSSH without its first line.
                || text.contains("b3BlbnNzaC1rZXktdjEA");
    }

    private static KeyType type(String first, String line) {
        Optional<KeyType> known = KeyType.find(first);
        if (known.isPresent()) {
            return known.get();
        }
        if (first.endsWith("-cert-v01@openssh.com")) {
            throw new InvalidValue("is a certificate: enter the public key itself");
        }
        if (first.equals("ssh-dss")) {
            throw new InvalidValue("is a DSA key, which is too weak");
        }
        if (first.startsWith("----")) {
            throw new InvalidValue("must be in the format of OpenSSH: ssh-keygen -i reads other formats");
        }
        boolean options =
                BLANKS.splitAsStream(line).anyMatch(word -> KeyType.find(word).isPresent());
        throw new InvalidValue(
                options ? "must not have options in front" : "must begin with one of " + KeyType.names());
    }

    private static byte[] base64(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidValue("is not a whole key: it was cut when it was copied, or is damaged");
        }
        throw new InvalidValue("is not a whole key: it was cut when it was copied, or is damaged");
    }

    private static String comment(String text) {
        if (text.length() > MAX_COMMENT) {
            throw new InvalidValue("must have a comment of at most " + MAX_COMMENT + " characters");
        }
        PlainText.fault(text).ifPresent(fault -> {
            throw new InvalidValue("has a comment that is not plain text: " + fault);
        });
        return text;
    }

    private static int bits(KeyType type, byte[] blob) {
        WireReader reader = new WireReader(blob);
        if (!reader.text().equals(type.toString())) {
            throw new InvalidValue("is not a key: it is of another type than its first word says");
        }
        int bits = switch (type) {
            case ED25519 -> ed25519(reader);
            case ECDSA_P256 -> point(reader, "nistp256", "secp256r1");
            case ECDSA_P384 -> point(reader, "nistp384", "secp384r1");
            case ECDSA_P521 -> point(reader, "nistp521", "secp521r1");
            case RSA -> rsa(reader);
            case SK_ED25519 -> application(ed25519(reader), reader);
            case SK_ECDSA_P256 -> application(point(reader, "nistp256", "secp256r1"), reader);
        };
        reader.end();
        return bits;
    }

    private static int ed25519(WireReader reader) {
        if (reader.string().length != 32) {
            throw new InvalidValue("is not a key: a key of Ed25519 has 32 bytes");
        }
        return 256;
    }

    /** Reads a point of a curve, uncompressed, which is the only form that OpenSSH accepts. */
    private static int point(WireReader reader, String name, String standardName) {
        if (!reader.text().equals(name)) {
            throw new InvalidValue("is not a key: it is on another curve than its first word says");
        }
        ECParameterSpec curve = curve(standardName);
        int bits = curve.getCurve().getField().getFieldSize();
        int length = (bits + 7) / 8;
        byte[] point = reader.string();
        if (point.length != 1 + 2 * length || point[0] != 4) {
            throw new InvalidValue("is not a key: its point does not have the form of one");
        }
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + length));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + length, point.length));
        BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger right = x.modPow(BigInteger.valueOf(3), p)
                .add(curve.getCurve().getA().multiply(x))
                .add(curve.getCurve().getB())
                .mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
            throw new InvalidValue("is not a key: its point is not on the curve");
        }
        return bits;
    }

    private static ECParameterSpec curve(String name) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has the curve " + name, e);
        }
    }

    private static int rsa(WireReader reader) {
        BigInteger exponent = reader.positive();
        BigInteger modulus = reader.positive();
        int bits = modulus.bitLength();
        if (bits < MIN_RSA_BITS) {
            throw new InvalidValue(
                    "is an RSA key of " + bits + " bits, which is too weak: the minimum is " + MIN_RSA_BITS);
        }
        if (bits > MAX_RSA_BITS) {
            throw new InvalidValue("is an RSA key of " + bits + " bits: the maximum is " + MAX_RSA_BITS);
        }
        if (!modulus.testBit(0) || !exponent.testBit(0) || exponent.bitLength() < 2 || exponent.bitLength() > 256) {
            throw new InvalidValue("is not a key: an RSA key has an odd modulus and an odd exponent of 3 or more");
        }
        return bits;
    }

    /** Reads for which application a security token made the key. */
    private static int application(int bits, WireReader reader) {
        int length = reader.text().length();
        if (length == 0 || length > MAX_APPLICATION) {
            throw new InvalidValue("is not a key: its application must have 1 to " + MAX_APPLICATION + " characters");
        }
        return bits;
    }

    /** Returns the fingerprint as {@code ssh-keygen -l} shows it. */
    String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
