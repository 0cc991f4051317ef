package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.draft.LimitsDraft;
import java.util.Map;

/** The limits as the user typed them; an absent limit is empty. */
public record LimitsForm(String memory, String processes, String cpuMillis, String shm, String tmp, String run) {

    static final LimitsForm NONE = RecordFields.create(LimitsForm.class, Map.of());

    public LimitsForm {
        memory = TypedText.text(memory);
        processes = TypedText.text(processes);
        cpuMillis = TypedText.text(cpuMillis);
        shm = TypedText.text(shm);
        tmp = TypedText.text(tmp);
        run = TypedText.text(run);
    }

    static LimitsForm of(LimitsDraft draft) {
        return RecordFields.create(LimitsForm.class, RecordFields.of(draft));
    }

    LimitsDraft draft() {
        Map<String, Object> fields = RecordFields.of(this);
        fields.replaceAll((_, typed) -> TypedText.orAbsent((String) typed));
        return RecordFields.create(LimitsDraft.class, fields);
    }
}
