package dev.bailiwick.server.account.key;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The types of SSH keys that are accepted, by their names in the format of OpenSSH. */
enum KeyType {
    ED25519("ssh-ed25519"),
    ECDSA_P256("ecdsa-sha2-nistp256"),
    ECDSA_P384("ecdsa-sha2-nistp384"),
    ECDSA_P521("ecdsa-sha2-nistp521"),
    RSA("ssh-rsa"),
    SK_ED25519("sk-ssh-ed25519@openssh.com"),
    SK_ECDSA_P256("sk-ecdsa-sha2-nistp256@openssh.com");

    private final String text;

    KeyType(String text) {
        this.text = text;
    }

    static Optional<KeyType> find(String text) {
        return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
    }

    /** Returns the names of all types, as a list for a message. */
    static String names() {
        return Arrays.stream(values()).map(KeyType::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return text;
    }
}
