package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.server.jail.view.JailView;
import java.util.Map;
import java.util.Set;

/** The part of the form for a jail that somebody fills in who decides only the settings of the jail. */
public final class SettingsForm {

    private static final Set<String> FIELDS = Set.of(
            "version",
            "command",
            "commandLine",
            "environment",
            "nameServers",
            "searchDomains",
            "resolverOptions",
            "extraHosts");

    private static final Map<String, Object> EMPTY = RecordFields.of(JailForm.of(Map.of()));

    private SettingsForm() {}

    /** Returns the form with the other fields as the jail has them. What was sent for them all the same stays, and is refused later. */
    public static JailForm complete(JailForm typed, JailView jail) {
        Map<String, Object> fields = RecordFields.of(JailForm.of(jail));
        RecordFields.of(typed).forEach((name, value) -> {
            if (FIELDS.contains(name) || !value.equals(EMPTY.get(name))) {
                fields.put(name, value);
            }
        });
        return RecordFields.create(JailForm.class, fields);
    }
}
