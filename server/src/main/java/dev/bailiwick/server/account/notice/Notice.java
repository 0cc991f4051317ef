package dev.bailiwick.server.account.notice;

import java.util.Locale;

/** What a letter tells a user. */
public enum Notice {
    /** Mail now goes to another address; sent to the one before. */
    EMAIL_CHANGED,
    /** No mail is sent any more; sent to the address that was removed. */
    EMAIL_REMOVED;

    /** Returns the notice as a part of a message's name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Notice parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
