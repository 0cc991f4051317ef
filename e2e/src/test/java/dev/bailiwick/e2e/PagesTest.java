package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.SelectOption;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.figure.HostFigures;
import dev.bailiwick.jail.figure.HostMetric;
import dev.bailiwick.jail.figure.JailFigures;
import dev.bailiwick.jail.figure.JailFigures.Counter;
import dev.bailiwick.jail.figure.JailFigures.Gauge;
import dev.bailiwick.jail.figure.Metric;
import dev.bailiwick.server.jail.view.JailView;
import dev.bailiwick.server.page.JailTab;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each page fits the screen in each look, and axe finds no violation. */
@Tag("browser")
class PagesTest {

    /** A script that counts the rows of the marks of a jail's generations. */
    private static final String MARKS =
            "new Set([...document.querySelectorAll('.generations li > .icon')].map(mark => mark.getBoundingClientRect().top)).size";

    @RegisterExtension
    private final PagesOnScreen screen = new PagesOnScreen();

    @Test
    void everyPageOfOperatorsIsAccessible() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/sign-in");
            screen.look(page, "sign-in");
            PagesOnScreen.signIn(page, "ada");
            screen.look(page, "jails");
            screen.open(page, "/jails?q=nothing-like-this", "jails-no-match");
            for (JailView jail : screen.jails()) {
                screen.navigate(page, "/jails/" + jail.id());
                String name = "jail-" + jail.definition().name().value();
                screen.findings()
                        .assertThat(page.evaluate(MARKS))
                        .as(name + " has its marks in one row, if it has them")
                        .isIn(0, 1);
                if (jail.equals(screen.jail())) {
                    screen.look(page, name);
                } else {
                    // The same page in another state.
                    screen.look(page, PagesOnScreen.Look.LIGHT, name);
                }
            }
            for (JailTab tab : JailTab.values()) {
                screen.open(page, tab.address(screen.jail().id().toString()), "jail-tab-" + tab);
            }
            screen.open(page, "/jails/" + screen.jail().id() + "?view=customer", "jail-as-customer");
            String policy = "/jails/" + screen.jail().id() + "/policy";
            screen.open(page, policy + "?call=socket&args=2", "jail-explained");
            screen.open(page, policy + "?call=scoket&args=two", "jail-not-explained");
            screen.open(page, policy + "?override=userfaultfd", "jail-override");
            screen.open(
                    page, "/jails/" + screen.jail().id() + "/overrides/remove?call=ptrace", "jail-override-removal");
            screen.open(page, "/jails/" + screen.jail().id() + "/edit", "jail-edit");
            screen.open(page, "/jails/" + screen.jail().id() + "/retire", "jail-retire");
            screen.open(page, "/jails/" + screen.jail().id() + "/move", "jail-move");
            screen.open(page, "/account", "account");
            screen.open(page, "/account/tokens", "tokens");
            screen.open(page, "/account/keys", "keys");
            page.locator("#key").fill("-----BEGIN OPENSSH PRIVATE KEY-----");
            page.getByText("Add key").click();
            screen.look(page, "keys-errors");
            page.locator("#key")
                    .fill(
                            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@a-laptop-with-a-long-name.example.org");
            page.getByText("Add key").click();
            screen.look(page, "key-added");
            screen.open(page, "/users", "users");
            page.locator("main tbody a").first().click();
            screen.look(page, "user");
            screen.open(page, "/tokens", "all-tokens");
            screen.open(page, "/rights", "rights");
            screen.open(page, "/jails/new", "jail-new");
            page.locator("#name").fill("Not A Name");
            page.locator("#hostname").fill("not_a_host");
            page.locator("#ipv4").fill("192.0.2.9");
            page.locator("button[name=add]").click();
            page.locator("#overrides\\[0\\]\\.call").fill("ptrce");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/jails");
            screen.look(page, "jail-new-refused");
            JailView bygone = screen.server().define(screen.server().connectedHost(), "bygone", "bygone.example.org");
            screen.server().remove(bygone);
            screen.open(page, "/jails?phase=removed", "jails-removed");
            screen.open(page, "/jails/" + bygone.id(), "jail-removed");
            screen.open(page, "/kept-files", "kept-files");
            HostId broken = screen.server().brokenHost("rack-3-slot-1-with-a-long-name1");
            screen.server().define(broken, "where-all-is-wrong", "wrong.example.org");
            screen.open(page, "/hosts", "hosts");
            screen.open(page, "/hosts?q=nothing-like-this", "hosts-no-match");
            screen.open(page, "/hosts/" + screen.server().connectedHost(), "host-connected");
            screen.open(page, "/hosts/" + screen.server().hostAway(), "host-away");
            screen.open(page, "/hosts/" + broken, "host-broken");
            screen.open(page, "/hosts/" + broken + "/remove", "host-remove-refused");
            screen.open(page, "/hosts/" + screen.server().newHost("rack-8-slot-2") + "/remove", "host-remove");
            screen.open(page, "/pools", "pools");
            page.locator("main tbody a").first().click();
            screen.look(page, "pool");
            page.locator("#nameServers\\[0\\]").fill("203.0.113.53 2001:db8::53");
            page.locator("#do-save-resolver").click();
            assertThat(page.locator("#nameServers\\[1\\]")).hasValue("2001:db8::53");
            screen.open(page, "/hosts/" + screen.server().connectedHost() + "/resolver", "host-resolver");
            screen.open(page, "/customers", "customers");
            screen.open(page, "/customers/new", "customer-new");
            String customer = "/customers/" + screen.jail().customer();
            screen.open(page, customer, "customer");
            page.locator("#jails").fill("1");
            page.locator("#memory").fill("much");
            page.locator("#do-quota").click();
            page.locator("#memory-error").waitFor();
            screen.look(page, "customer-quota-refused");
            page.locator("#jails").fill("40");
            page.locator("#memory").fill("");
            page.locator("#do-quota").click();
            page.locator("meter").first().waitFor();
            screen.look(page, "customer-quota");
            page.locator("section a[href^='/people?']").click();
            assertThat(page.locator(".page-head .primary")).containsText("Invite");
            screen.look(page, "people-of-a-customer");
            screen.server().sellPlan("Small");
            screen.server().sellLimits("Large");
            screen.open(page, "/plans", "plans");
            screen.open(page, "/plans/new", "plan-new");
            screen.navigate(page, "/plans");
            page.locator("main tbody a").last().click();
            page.locator("#do-version").waitFor();
            screen.look(page, "plan");
            screen.open(page, "/jails/" + screen.jail().id() + "/plan", "jail-plan");
            choosePlan(page, "Small");
            page.locator(".notice.bad").waitFor();
            screen.look(page, "jail-plan-refused");
            choosePlan(page, "Large");
            page.locator("section[role=status]").waitFor();
            screen.look(page, "jail-plan-shown");
            page.locator("#do-plan").click();
            page.locator("#generations-title").waitFor();
            screen.look(page, "jail-on-plan");
            screen.open(page, "/hosts/" + screen.server().connectedHost() + "/overcommit", "host-overcommit");
            page.locator("#memoryOvercommit").fill("many");
            page.locator("#cpuOvercommit").fill("0.9");
            page.locator("#do-overcommit").click();
            page.locator("#memoryOvercommit-error").waitFor();
            screen.look(page, "host-overcommit-refused");
            page.locator("#memoryOvercommit").fill("1.5");
            page.locator("#do-overcommit").click();
            page.locator("meter").first().waitFor();
            screen.look(page, "host-promises");
            screen.open(page, customer + "/retire", "customer-retire");
            List<String> narrowest = new ArrayList<>(List.of(
                    "/jails", "/hosts", "/hosts/" + broken, "/hosts/" + broken + "/remove", "/customers", customer));
            for (JailTab tab : JailTab.values()) {
                narrowest.add(tab.address(screen.jail().id().toString()));
            }
            for (String path : narrowest) {
                page.setViewportSize(320, PagesOnScreen.HEIGHT);
                screen.navigate(page, path);
                String file = "narrowest"
                        + path.replaceAll("[/-]", "-").replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "one")
                        + ".png";
                page.screenshot(new ScreenshotOptions()
                        .setPath(PagesOnScreen.PICTURES.resolve(file))
                        .setFullPage(true));
                screen.findings()
                        .assertThat(page.evaluate(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .as(file + " scrolls sideways")
                        .isEqualTo(0);
            }
            screen.open(page, "/hosts/new", "host-new");
            page.locator("#name").fill("rack-7");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/hosts/*-*");
            screen.look(page, "host-join");
            screen.open(page, "/nowhere", "not-found");
        }
    }

    private static void choosePlan(Page page, String plan) {
        page.locator("#plan").selectOption(new SelectOption().setLabel(plan));
        page.locator("#do-plan").click();
    }

    @Test
    void figuresAreAccessible() {
        Instant slot = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 300 * 300 - 300);
        HostId host = screen.server().connectedHost();
        screen.server()
                .used(
                        screen.jail(),
                        new JailFigures(
                                screen.jail().id(),
                                UUID.randomUUID(),
                                slot,
                                30,
                                Map.of(
                                        Metric.CPU_TIME,
                                        new Counter(0, 30_000_000),
                                        Metric.OOM_KILLS,
                                        new Counter(0, 2)),
                                Map.of(Metric.MEMORY, new Gauge(1 << 20, 2 << 20, 4 << 20, 3 << 20))));
        screen.server()
                .used(
                        host,
                        new HostFigures(
                                UUID.randomUUID(),
                                slot,
                                30,
                                HostMetric.counters().stream()
                                        .collect(Collectors.toMap(metric -> metric, _ -> new Counter(0, 90_000_000))),
                                HostMetric.gauges().stream()
                                        .collect(Collectors.toMap(
                                                metric -> metric,
                                                _ -> new Gauge(1 << 20, 2 << 20, 4 << 20, 3 << 20)))));
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/sign-in");
            PagesOnScreen.signIn(page, "ada");
            screen.open(page, "/jails/" + screen.jail().id() + "/figures", "jail-figures");
            screen.open(page, "/hosts/" + host + "/figures", "host-figures");
        }
    }

    @Test
    void everyPageOfCustomersIsAccessible() {
        try (BrowserContext context = screen.newContext(PagesOnScreen.options())) {
            Page page = PagesOnScreen.page(context);
            screen.navigate(page, "/sign-in");
            PagesOnScreen.signIn(page, "karl");
            screen.look(page, "my-jails");
            for (JailTab tab : JailTab.values()) {
                screen.open(page, tab.address(screen.jail().id().toString()), "my-jail-" + tab);
            }
            screen.open(page, "/jails/" + screen.jail().id() + "/policy?call=mount", "my-jail-explained");
            screen.open(page, "/jails/" + screen.jail().id() + "/edit", "my-jail-edit");
            page.locator("#nameServers").fill("nowhere");
            page.locator("#do-save").click();
            page.locator("#nameServers-error").waitFor();
            screen.look(page, "my-jail-edit-refused");
            screen.open(page, "/hosts", "forbidden");
            screen.open(page, "/account", "my-account");
            screen.open(page, "/account/tokens", "my-tokens");
            page.locator("#name").fill("deploy");
            page.locator("#description").fill("The pipeline that publishes the shop");
            page.locator("#networks").fill("198.51.100.0/24, 2001:db8::/32");
            page.getByLabel("jails:read").check();
            page.getByText("Create token").click();
            screen.look(page, "my-token");
            assertThat(page.locator("#secret")).containsText("bw_");
            page.getByText("Create token").click();
            screen.look(page, "my-tokens-errors");
            page.getByLabel("New secret for deploy").click();
            screen.look(page, "my-token-rotated");
            screen.open(page, "/people", "people");
            page.locator(".page-head .primary").click();
            screen.look(page, "people-invite");
            page.locator("#login").fill("anna@halle.example");
            page.locator(".form-end .primary").click();
            page.waitForURL("**/people**");
            screen.look(page, "people-invited");
            String link = page.locator("#link").textContent().strip();
            screen.open(page, URI.create(link).getPath(), "invitation-of-another");
        }
    }
}
