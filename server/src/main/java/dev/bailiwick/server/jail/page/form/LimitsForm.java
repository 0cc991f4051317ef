package dev.bailiwick.server.jail.page.form;

import dev.bailiwick.jail.draft.LimitsDraft;
import java.util.Map;

/** The limits as the user typed them; an absent limit is empty. */
public record LimitsForm(
        String memory,
        String processes,
        String cpuMillis,
        String shm,
        String tmp,
        String run,
        String memoryHigh,
        String swap,
        String cpuWeight,
        String cpus,
        String ioWeight,
        String ioBytes,
        String ioOperations,
        String files,
        String bandwidthIn,
        String bandwidthOut,
        String connections,
        String log) {

    static final LimitsForm NONE = RecordFields.create(LimitsForm.class, Map.of());

    public LimitsForm {
        memory = TypedText.text(memory);
        processes = TypedText.text(processes);
        cpuMillis = TypedText.text(cpuMillis);
        shm = TypedText.text(shm);
        tmp = TypedText.text(tmp);
        run = TypedText.text(run);
        memoryHigh = TypedText.text(memoryHigh);
        swap = TypedText.text(swap);
        cpuWeight = TypedText.text(cpuWeight);
        cpus = TypedText.text(cpus);
        ioWeight = TypedText.text(ioWeight);
        ioBytes = TypedText.text(ioBytes);
        ioOperations = TypedText.text(ioOperations);
        files = TypedText.text(files);
        bandwidthIn = TypedText.text(bandwidthIn);
        bandwidthOut = TypedText.text(bandwidthOut);
        connections = TypedText.text(connections);
        log = TypedText.text(log);
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
