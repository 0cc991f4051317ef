package dev.bailiwick.server.jail.page;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.host.HostName;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.page.SelectOption;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionTemplate;

/** The lists of hosts from which one is chosen, in an installation with many. */
@ServerTest
class ManyHostsToChooseTest {

    private static final int NUMBER = 1_001;

    @Autowired
    private Hosts hosts;

    @Autowired
    private HostChoices filter;

    @Autowired
    private FormChoices form;

    @Autowired
    private TransactionTemplate transactions;

    @Test
    void allCanBeChosen() {
        // Other tests do not see these hosts.
        transactions.executeWithoutResult(status -> {
            status.setRollbackOnly();
            String last = "";
            for (int i = 1; i <= NUMBER; i++) {
                last = hosts.define(OPERATOR, new HostName("zz-many-" + i)).id().toString();
            }
            assertThat(filter.all()).hasSizeGreaterThanOrEqualTo(NUMBER);
            assertThat(filter.all()).extracting(SelectOption::value).contains(last);
            assertThat(form.of(OPERATOR).hosts())
                    .extracting(SelectOption::value)
                    .contains(last);
        });
    }
}
