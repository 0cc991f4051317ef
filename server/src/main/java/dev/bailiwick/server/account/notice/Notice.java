package dev.bailiwick.server.account.notice;

import java.util.Locale;

/** What a letter tells a user. */
public enum Notice {
    /** Mail now goes to another address; sent to the one before. */
    EMAIL_CHANGED(NoticeTopic.EMAIL),
    /** No mail is sent any more; sent to the address that was removed. */
    EMAIL_REMOVED(NoticeTopic.EMAIL),
    /** The user wants other letters than before. */
    NOTICES_CHANGED(NoticeTopic.EMAIL),
    PASSWORD_CHANGED(NoticeTopic.PASSWORD),
    SECOND_FACTOR_ADDED(NoticeTopic.SECOND_FACTOR),
    SECOND_FACTOR_REMOVED(NoticeTopic.SECOND_FACTOR),
    RECOVERY_CODES_RENEWED(NoticeTopic.SECOND_FACTOR),
    PASSKEY_ADDED(NoticeTopic.PASSKEY),
    PASSKEY_REMOVED(NoticeTopic.PASSKEY),
    PROVIDER_LINKED(NoticeTopic.PROVIDER),
    PROVIDER_UNLINKED(NoticeTopic.PROVIDER),
    NEW_DEVICE(NoticeTopic.NEW_DEVICE),
    TOKEN_ISSUED(NoticeTopic.TOKEN),
    TOKEN_ROTATED(NoticeTopic.TOKEN),
    TOKEN_REVOKED(NoticeTopic.TOKEN),
    SSH_KEY_ADDED(NoticeTopic.SSH_KEY),
    SSH_KEY_REMOVED(NoticeTopic.SSH_KEY),
    ACTED_FOR(NoticeTopic.ACTED_FOR);

    private final NoticeTopic topic;

    Notice(NoticeTopic topic) {
        this.topic = topic;
    }

    NoticeTopic topic() {
        return topic;
    }

    /** Returns the notice as a part of a message's name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Notice parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
