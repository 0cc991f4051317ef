package dev.bailiwick.e2e;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests with real jails on a machine that cannot have jails. */
final class AsRoot implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        boolean linux = System.getProperty("os.name").equals("Linux");
        return linux && System.getProperty("user.name").equals("root")
                ? ConditionEvaluationResult.enabled("run by root on Linux")
                : ConditionEvaluationResult.disabled(
                        "real jails need root on Linux: run the tests as root to include it");
    }
}
