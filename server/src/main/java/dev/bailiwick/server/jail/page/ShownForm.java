package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.page.Choice;
import java.util.List;

/**
 * The choices in the form for a jail.
 *
 * @param previous the choices for the files if the path changes
 * @param ranges the address ranges of the pools
 */
record ShownForm(
        List<Choice> customers,
        List<Choice> hosts,
        List<Choice> bases,
        List<Choice> previous,
        List<String> profiles,
        List<Choice> decisions,
        List<String> ranges) {}
