package dev.bailiwick.server.account.factor;

/**
 * What an authenticator needs to know.
 *
 * @param key the shared key, in base32
 * @param uri the same for an authenticator to read: {@code otpauth://totp/…}
 */
public record Setup(String key, String uri) {

    @Override
    public String toString() {
        return "Setup";
    }
}
