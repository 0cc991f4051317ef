package dev.bailiwick.server.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets that are kept in the database or by a browser, so that a copy of the database alone gives nothing away: AES-256-GCM
 * under a key that lives in a file; and signs, under keys derived from it. Replicas that share a database share the file.
 */
public final class SealingKey {

    private static final byte VERSION = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private SealingKey(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /**
     * Reads the key, or makes one where there is no file yet.
     *
     * @throws SecretUnusable if the file cannot be read, written or is not 32 bytes in base64
     */
    public static SealingKey in(Path file) {
        try {
            if (Files.notExists(file)) {
                create(file);
            }
            byte[] key = Base64.getDecoder().decode(Files.readString(file).strip());
            if (key.length != KEY_BYTES) {
                throw new SecretUnusable(file + " must hold 32 bytes in base64, and holds " + key.length, null);
            }
            return new SealingKey(key);
        } catch (IOException e) {
            throw new SecretUnusable("The secret file " + file + " cannot be used: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new SecretUnusable(file + " must hold 32 bytes in base64", e);
        }
    }

    /** Made whole under another name and then linked: of two processes that start at once one wins, and no one reads half. */
    private static void create(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("has no directory");
        }
        Files.createDirectories(directory);
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path fresh = Files.createTempFile(
                directory,
                ".secret",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(fresh, Base64.getEncoder().encodeToString(key) + "\n", StandardOpenOption.SYNC);
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException anotherProcessWasFirst) {
            return;
        } finally {
            Files.delete(fresh);
        }
    }

    /** @param purpose what the secret is; it opens under the same purpose only */
    public byte[] seal(byte[] secret, String purpose) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, secret, purpose);
        return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                .put(VERSION)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /** @throws SecretUnusable if it was sealed under another key or purpose, or was changed */
    public byte[] open(byte[] sealed, String purpose) {
        if (sealed.length < 1 + NONCE_BYTES + TAG_BITS / 8 || sealed[0] != VERSION) {
            throw new SecretUnusable("The sealed " + purpose + " is damaged", null);
        }
        ByteBuffer buffer = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
        byte[] nonce = new byte[NONCE_BYTES];
        buffer.get(nonce);
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        return run(Cipher.DECRYPT_MODE, nonce, rest, purpose);
    }

    /** @param purpose what is signed; a signature holds for the same purpose only */
    public Signer signer(String purpose) {
        try {
            byte[] info = ("bailiwick signature: " + purpose).getBytes(StandardCharsets.UTF_8);
            return new Signer(KDF.getInstance("HKDF-SHA256")
                    .deriveKey("HmacSHA256", HKDFParameterSpec.expandOnly(key, info, KEY_BYTES)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HKDF-SHA256", e);
        }
    }

    private byte[] run(int mode, byte[] nonce, byte[] input, String purpose) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new SecretUnusable("The " + purpose + " was sealed under another key than the secret file's", e);
        }
    }
}
