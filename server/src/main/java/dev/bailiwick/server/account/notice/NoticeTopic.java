package dev.bailiwick.server.account.notice;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What letters to a user are about. */
public enum NoticeTopic {
    /** The address at which the user gets mail, and which letters they want. */
    EMAIL,
    PASSWORD,
    SECOND_FACTOR,
    PASSKEY,
    /** The accounts at providers with which the user signs in. */
    PROVIDER,
    /** The user has signed in with a browser in which they had not before. */
    NEW_DEVICE,
    TOKEN,
    SSH_KEY,
    /** Somebody of the staff acts as the user. */
    ACTED_FOR;

    /** Programs change tokens and keys every day, and acting is seen in the events of the customer. */
    private static final Set<NoticeTopic> OPTIONAL = EnumSet.of(TOKEN, SSH_KEY, ACTED_FOR);

    /** Whether a user can turn these letters off. Those about the ways to sign in always come. */
    public boolean isOptional() {
        return OPTIONAL.contains(this);
    }

    /** Returns the topic in the form of the API. */
    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if there is no such topic */
    @JsonCreator
    public static NoticeTopic parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
