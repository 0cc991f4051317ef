package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.page.Choice;
import java.util.List;

/**
 * What the page with the list of jails shows around its rows.
 *
 * @param untouched whether there is not a single jail, whatever one asks for
 * @param liveUrl where the rows' changes come from
 */
record ShownList(boolean untouched, JailQuery query, List<String> phases, List<Choice> hosts, String liveUrl) {}
