package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.page.Choice;
import java.util.List;

/**
 * What may be chosen in the form for a jail.
 *
 * @param previous what may happen to the files where the path changes
 * @param ranges of addresses the pools hold
 */
record ShownForm(
        List<Choice> customers,
        List<Choice> hosts,
        List<Choice> bases,
        List<Choice> previous,
        List<String> profiles,
        List<Choice> decisions,
        List<String> ranges) {}
