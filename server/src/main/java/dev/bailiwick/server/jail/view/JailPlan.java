package dev.bailiwick.server.jail.view;

import dev.bailiwick.server.plan.PlanId;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.modulith.NamedInterface;

/**
 * The plan that a jail is on.
 *
 * @param version the id of its version
 * @param number the number of its version, from 1
 * @param disk what it promises of disk, in bytes; empty if it does not say
 */
@NamedInterface("view")
public record JailPlan(UUID version, PlanId plan, String name, int number, OptionalLong disk) {}
