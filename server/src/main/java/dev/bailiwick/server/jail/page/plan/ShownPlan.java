package dev.bailiwick.server.jail.page.plan;

import java.util.List;

/**
 * The plan that a jail is on, for all who see the jail: without its price code.
 *
 * @param terms one sentence for each
 */
public record ShownPlan(String name, int version, List<String> terms) {}
