package dev.bailiwick.server.mail;

import java.util.Locale;

/** Why a mail is sent. */
public enum MailKind {
    /** Somebody is invited to a customer; the subject is the invitation. */
    INVITATION,
    /** Somebody forgot their password; the subject is the user. */
    PASSWORD_RESET,
    /** A user wants mail at an address; the subject is the user. */
    EMAIL_CONFIRMATION,
    /** Something about a user has changed; the subject is the user. */
    NOTICE;

    /** Returns the kind in the form of the database. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static MailKind parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
