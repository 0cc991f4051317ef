package dev.bailiwick.server.account.quota;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.ProblemType;
import java.util.List;
import java.util.Map;

/** The host has promised so much to its jails that it cannot promise what another one asks for. */
public final class HostFull extends Failure {

    private static final ProblemType TYPE = ProblemType.lasting(409, "host-full", "The host has no room for that");
    private static final long serialVersionUID = 1L;

    private final transient Shortage shortage;

    HostFull(Shortage shortage) {
        this(shortage, shortage.violation("the host already promises"));
    }

    private HostFull(Shortage shortage, Violation violation) {
        super(TYPE, "The jail " + violation.message() + ".", List.of(violation));
        this.shortage = shortage;
    }

    @Override
    public Map<String, Object> members() {
        return Map.of("shortages", List.of(shortage.figures()));
    }
}
