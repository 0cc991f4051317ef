package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.draft.PolicyDraft.OverrideDraft;
import dev.bailiwick.jail.policy.PolicyOverride;
import java.time.Instant;

/**
 * A change of the policy for one call, as the user typed it.
 *
 * @param until in UTC, in the format of a browser's date and time field; empty for no end
 */
public record OverrideForm(String call, String decision, String until, String reason) {

    public static final OverrideForm EMPTY = new OverrideForm("", "deny:EPERM", "", "");

    public OverrideForm {
        call = TypedText.text(call);
        decision = TypedText.text(decision);
        until = TypedText.text(until);
        reason = TypedText.text(reason);
    }

    static OverrideForm of(PolicyOverride override) {
        return new OverrideForm(
                override.call(),
                override.decision().text(),
                override.until().map(OverrideForm::local).orElse(""),
                override.reason());
    }

    public OverrideDraft draft() {
        return new OverrideDraft(call.strip(), decision, reason, null, until.isBlank() ? null : instant());
    }

    private static String local(Instant until) {
        return until.toString().replaceFirst("Z$", "").replaceFirst("(T\\d\\d:\\d\\d):00$", "$1");
    }

    private String instant() {
        return until.matches(".*T\\d\\d:\\d\\d") ? until + ":00Z" : until.replaceFirst("Z$", "") + "Z";
    }
}
