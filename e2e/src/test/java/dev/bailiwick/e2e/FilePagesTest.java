package dev.bailiwick.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.FilePayload;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/** The files of a running jail in a browser, from its pages to the kernel. */
@OnFleet
@Tag("browser")
@Timeout(180)
class FilePagesTest {

    private static final List<String> ODD = List.of(
            "<script>alert(1)<script>",
            "-rf",
            " two  spaces ",
            "line\\x0abreak",
            "\\xff\\xfe",
            "a&b=c+d%2f?#;",
            "n".repeat(255));

    private Fleet fleet;
    private Jail jail;
    private String files = "";

    @BeforeEach
    void startAJail(Fleet shared) {
        Chromium.assumeInstalled();
        PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
        fleet = shared;
        ObjectNode definition = fleet.definition("browsed", 98);
        definition.putArray("command").add("/bin/sleep").add("infinity");
        jail = fleet.create(definition);
        files = "jails/" + jail.id() + "/files";
        fleet.operator().post(files + ":mkdir", "{\"path\":\"/web\"}").requireSuccess();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void write(String path, String content) {
        fleet.operator()
                .put(files + "/content?path=" + encode(path), content.getBytes(StandardCharsets.UTF_8))
                .requireSuccess();
    }

    private Answer content(String path) {
        return fleet.operator().content(files + "/content?path=" + encode(path));
    }

    private Page signIn(BrowserContext context) {
        Page page = context.newPage();
        page.navigate(fleet.origin().resolve("/sign-in").toString());
        page.locator("#login").fill(fleet.entry().login());
        page.locator("#password").fill(fleet.entry().password());
        page.locator("button.primary").click();
        page.waitForURL("**/jails");
        return page;
    }

    private void open(Page page, String more) {
        page.navigate(
                fleet.origin().resolve("/jails/" + jail.id() + "/files" + more).toString());
    }

    /** The link with exactly this text, once the page has it. */
    private static Locator link(Page page, String name) {
        page.waitForCondition(() -> names(page).contains(name));
        return page.locator("#files a.file-label").nth(names(page).indexOf(name));
    }

    private static List<String> names(Page page) {
        return page.locator("#files a.file-label").allTextContents();
    }

    @Test
    void areBrowsedChangedAndRestoredWithoutScripts() throws Exception {
        ODD.forEach(name -> write("/web/" + name, "of " + name));
        try (Chromium chromium = Chromium.launch(fleet.origin());
                BrowserContext context = chromium.newContext(
                        new NewContextOptions().setIgnoreHTTPSErrors(true).setJavaScriptEnabled(false))) {
            Page page = signIn(context);
            page.navigate(fleet.origin().resolve("/jails/" + jail.id()).toString());
            page.locator("a[href$='/files']").first().click();
            link(page, "web").click();
            page.waitForCondition(() -> names(page).size() == ODD.size());
            assertThat(names(page)).containsExactlyInAnyOrderElementsOf(ODD);
            for (String name : ODD) {
                link(page, name).click();
                page.waitForCondition(() -> name.equals(page.locator("h1").textContent()));
                byte[] saved = Files.readAllBytes(
                        page.waitForDownload(() -> page.locator("#do-download").click())
                                .path());
                assertThat(new String(saved, StandardCharsets.UTF_8)).isEqualTo("of " + name);
                page.locator("#do-remove").click();
                assertThat(page.locator("#removed .file-label").textContent()).isEqualTo(name);
                assertThat(content("/web/" + name).status()).isEqualTo(404);
                page.locator("#removed button").click();
                assertThat(page.locator("#removed")).hasCount(0);
                assertThat(content("/web/" + name).requireSuccess().body()).isEqualTo("of " + name);
            }

            page.locator("#name").fill("a/b");
            page.locator("#do-mkdir").click();
            assertThat(page.locator("#name-error")).containsText("must not contain a slash");
            page.locator("#name").fill("made here");
            page.locator("#do-mkdir").click();
            link(page, "made here").click();
            assertThat(page.locator("nav.path")).containsText("made here");

            page.locator("#file")
                    .setInputFiles(
                            new FilePayload("form.txt", "text/plain", "by a form".getBytes(StandardCharsets.UTF_8)));
            page.locator("#do-upload").click();
            link(page, "form.txt").click();
            assertThat(content("/web/made here/form.txt").requireSuccess().body())
                    .isEqualTo("by a form");
            page.locator("input[name=bit][value='64']").check();
            page.locator("#do-mode").click();
            assertThat(page.locator("#file-permissions")).hasText("rwxr--r-- 0744");
            page.locator("#to").fill("/web/moved");
            page.locator("#do-rename").click();
            assertThat(page.locator("h1")).hasText("moved");
            page.locator("a#do-delete").click();
            page.locator("button#do-delete").click();
            assertThat(page.locator("#upload")).isVisible();
            assertThat(content("/web/moved").status()).isEqualTo(404);

            page.locator("#do-upload").click();
            assertThat(page.locator("#file-error")).containsText("must be chosen");
        }
    }

    @Test
    void areUploadedByDropAndGoOnAfterACut() throws Exception {
        byte[] big = new byte[9 << 20];
        new Random(7).nextBytes(big);
        Path directory = Files.createTempDirectory("bailiwick-upload");
        Path source = Files.write(directory.resolve("big.bin"), big);
        try (Chromium chromium = Chromium.launch(fleet.origin());
                BrowserContext context = chromium.newContext(new NewContextOptions().setIgnoreHTTPSErrors(true))) {
            Page page = signIn(context);
            List<String> complaints = new ArrayList<>();
            page.onPageError(complaints::add);
            open(page, "?path=/web");

            // The second part does not arrive, twice.
            List<String> sent = new ArrayList<>();
            page.route(url -> url.contains("/files/part") && url.contains("offset="), route -> {
                sent.add(route.request().url());
                if (sent.size() == 2 || sent.size() == 3) {
                    route.abort();
                } else {
                    route.resume();
                }
            });
            page.locator("#file").setInputFiles(source);
            page.locator("#do-upload").click();
            assertThat(page.locator("#uploads p")).hasText("Uploaded");
            assertThat(sent).hasSize(5);
            assertThat(sent.get(3)).contains("offset=4194304");
            assertThat(link(page, "big.bin")).isVisible();
            fleet.operator().save(files + "/content?path=/web/big.bin", source);
            assertThat(Files.readAllBytes(source)).isEqualTo(big);

            drop(page, "dropped\\here", "by drop");
            assertThat(page.locator("#uploads li").last().locator("p")).hasText("Uploaded");
            assertThat(content("/web/dropped\\\\here").requireSuccess().body()).isEqualTo("by drop");
            drop(page, "dropped\\here", "another");
            Locator offered = page.locator("#uploads li").last().locator("button");
            assertThat(offered).hasText("Replace it");
            assertThat(content("/web/dropped\\\\here").body()).isEqualTo("by drop");
            offered.click();
            assertThat(page.locator("#uploads li").last().locator("p")).hasText("Uploaded");
            await().untilAsserted(() ->
                    assertThat(content("/web/dropped\\\\here").body()).isEqualTo("another"));
            assertThat(complaints).isEmpty();
        } finally {
            Files.delete(source);
            Files.delete(directory);
        }
    }

    private static void drop(Page page, String name, String text) {
        page.evaluate("""
                ([name, text]) => {
                  const data = new DataTransfer();
                  data.items.add(new File([text], name));
                  document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
                  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
                }""", List.of(name, text));
    }

    @Test
    void areEditedUnderTheContentPolicyWithoutLosingChangesOfOthers() throws Exception {
        write("/web/conf", "one\r\ntwo\r\n");
        try (Chromium chromium = Chromium.launch(fleet.origin());
                BrowserContext context = chromium.newContext(new NewContextOptions().setIgnoreHTTPSErrors(true))) {
            Page page = signIn(context);
            List<String> complaints = new ArrayList<>();
            page.onPageError(complaints::add);
            page.onConsoleMessage(message -> complaints.add(message.text()));
            open(page, "/entry?path=/web/conf");
            page.locator("#do-edit").click();
            Locator editor = page.locator(".cm-content");
            assertThat(editor).containsText("onetwo");
            assertThat(page.locator(".cm-scroller")).hasCSS("display", "flex");
            type(page, "three");
            page.locator("#do-save").click();
            assertThat(page.locator(".notice.good")).containsText("conf");
            assertThat(content("/web/conf").body()).isEqualTo("one\r\ntwo\r\nthree");

            write("/web/conf", "theirs");
            type(page, " four");
            page.locator("#do-save").click();
            assertThat(page.locator("#changed")).isVisible();
            assertThat(editor).containsText("three four");
            assertThat(content("/web/conf").body()).isEqualTo("theirs");
            page.locator("#do-save").click();
            assertThat(page.locator(".notice.good")).containsText("conf");
            assertThat(content("/web/conf").body()).isEqualTo("one\r\ntwo\r\nthree four");
            page.setViewportSize(320, 800);
            check(page);
            // The answer 412 is one.
            assertThat(complaints).allMatch(complaint -> complaint.contains("412"));
        }
    }

    private static void type(Page page, String text) {
        page.locator(".cm-content").click();
        page.keyboard().press("Control+End");
        page.keyboard().type(text);
    }

    @Test
    void areAccessibleAndFitASmallScreen() throws Exception {
        ODD.forEach(name -> write("/web/" + name, "x"));
        fleet.operator().post(files + ":link", "{\"path\":\"/web/link\",\"target\":\"../etc/hostname\"}");
        try (Chromium chromium = Chromium.launch(fleet.origin());
                BrowserContext context = chromium.newContext(
                        new NewContextOptions().setIgnoreHTTPSErrors(true).setViewportSize(320, 800))) {
            Page page = signIn(context);
            open(page, "/entry?path=" + encode("/web/-rf"));
            check(page);
            page.locator("#do-remove").click();
            assertThat(page.locator("#removed")).isVisible();
            check(page);
            open(page, "/delete?path=" + encode("/web/link"));
            check(page);
            open(page, "?path=/tmp");
            check(page);
            open(page, "?path=/");
            check(page);
        }
    }

    private static void check(Page page) {
        assertThat(page.evaluate("document.documentElement.scrollWidth"))
                .as(page.url())
                .isEqualTo(320);
        assertThat(new AxeBuilder(page)
                        .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"))
                        .analyze()
                        .getViolations())
                .extracting(Rule::getId)
                .as(page.url())
                .isEmpty();
    }
}
