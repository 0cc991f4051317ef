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
 * Seals secrets in the database and in browsers, so that a copy of the database alone reveals nothing: AES-256-GCM with a key from
 * a file. Also signs, with keys derived from that key. Replicas that share a database share the file.
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
     * Reads the key; creates the file if it is absent.
     *
     * @throws SecretUnusable if the file cannot be read or written, or is not 32 bytes in base64
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

    /**
     * Creates the file atomically under another name and then links it: if two processes start at once, one link succeeds, and
     * nobody reads half a key.
     */
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

    /**
     * Seals a secret.
     *
     * @param purpose the kind of secret; {@link #open} requires the same purpose
     */
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

    /**
     * Opens a sealed secret.
     *
     * @throws SecretUnusable if it was sealed with another key or purpose, or was changed
     */
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

    /**
     * Returns a signer.
     *
     * @param purpose what is signed; a signature is valid only for the same purpose
     */
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
            throw new SecretUnusable("The " + purpose + " was sealed with another key than the secret file's", e);
        }
    }
}
