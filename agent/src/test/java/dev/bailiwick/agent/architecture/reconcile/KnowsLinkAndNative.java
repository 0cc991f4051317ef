package dev.bailiwick.agent.architecture.reconcile;

import com.sun.jna.Pointer;
import dev.bailiwick.agent.architecture.link.KnowsReconcile;
import org.junit.jupiter.api.Tag;

/**
 * Breaks the rules that only the kernel part makes native calls, that reconcile does not depend on the link, and that there is no
 * framework.
 */
@Tag("fixture")
public record KnowsLinkAndNative(KnowsReconcile link, Pointer pointer) {}
