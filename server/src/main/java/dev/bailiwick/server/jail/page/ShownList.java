package dev.bailiwick.server.jail.page;

import dev.bailiwick.server.page.SelectOption;
import java.util.List;

/**
 * The page with the list of jails, except the rows.
 *
 * @param untouched whether there is no jail at all, even without a filter
 * @param liveUrl the address of the stream with the changes of the rows
 */
record ShownList(
        boolean untouched,
        JailQuery query,
        List<String> phases,
        List<SelectOption> hosts,
        CustomerFilter.FilteredCustomer customer,
        String liveUrl) {}
