package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.page.SelectOption;
import java.util.List;

/**
 * The choices in the form for a jail.
 *
 * @param previous the choices for the files if the path changes
 * @param ranges the address ranges of the pools
 */
record ShownForm(
        List<SelectOption> hosts,
        List<SelectOption> plans,
        List<SelectOption> bases,
        List<SelectOption> previous,
        List<SelectOption> stopSignals,
        List<SelectOption> restartPolicies,
        List<String> profiles,
        List<SelectOption> decisions,
        List<String> ranges) {}
