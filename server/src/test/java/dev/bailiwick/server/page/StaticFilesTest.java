package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.ServerTest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.servlet.resource.ResourceUrlProvider;

@ServerTest
class StaticFilesTest {

    private static final Pattern FILES =
            Pattern.compile("(?:href|src)=\"(/(?:css|js|fonts|webjars)/[^\"]+|/[a-z]+[^/\"]*\\.svg)(?:#[^\"]*)?\"");

    private static final Pattern IN_STYLES = Pattern.compile("url\\(\"?([^\")]+)\"?\\)");

    private static final Pattern IMPORTS =
            Pattern.compile("^import .* from \"\\./([a-z-]+\\.js)\";$", Pattern.MULTILINE);

    private final MockMvc browser;
    private final ResourceUrlProvider addresses;

    @Autowired
    StaticFilesTest(MockMvc browser, ResourceUrlProvider addresses) {
        this.browser = browser;
        this.addresses = addresses;
    }

    @Test
    void namesEachFileOfAPageByItsContentOrVersion() throws Exception {
        String page = text("/sign-in");
        List<String> files = addresses(FILES, page);
        assertThat(files)
                .hasSizeGreaterThan(8)
                .allMatch(file -> file.matches(".*-[0-9a-f]{32}\\.[a-z0-9]+|/webjars/[^/]+/[0-9.]+/.*"));
        for (String file : files) {
            browser.perform(get(file))
                    .andExpect(status().isOk())
                    .andExpect(header().string("Cache-Control", "max-age=31536000, public, immutable"));
        }
    }

    @Test
    void namesWhatStylesLoadByItsContentToo() throws Exception {
        String style = addresses(FILES, text("/sign-in")).stream()
                .filter(file -> file.contains("/tokens-"))
                .findFirst()
                .orElseThrow();
        assertThat(addresses(IN_STYLES, text(style)))
                .isNotEmpty()
                .allMatch(file -> file.matches("/fonts/.*-[0-9a-f]{32}\\.woff2"));
    }

    @Test
    void namesModulesThatImportEachOtherByTheHashOfAll() throws Exception {
        String page = String.valueOf(addresses.getForLookupPath("/js/console/page.js"));
        assertThat(page).matches("/js/console/[0-9a-f]{32}/page\\.js");
        Set<String> loaded = new TreeSet<>();
        Deque<String> left = new ArrayDeque<>(List.of(page));
        while (!left.isEmpty()) {
            String module = left.remove();
            if (loaded.add(module)) {
                String text = browser.perform(get(module))
                        .andExpect(status().isOk())
                        .andExpect(header().string("Cache-Control", "max-age=31536000, public, immutable"))
                        .andExpect(header().string("Content-Type", Matchers.startsWith("text/javascript")))
                        .andReturn()
                        .getResponse()
                        .getContentAsString();
                addresses(IMPORTS, text)
                        .forEach(name -> left.add(module.substring(0, module.lastIndexOf('/') + 1) + name));
            }
        }
        assertThat(loaded)
                .extracting(module -> module.substring(module.lastIndexOf('/') + 1))
                .contains("page.js", "attachment.js", "frames.js", "screen.js", "xterm.js", "addon-fit.js");
    }

    @Test
    void keepsNothingThatIsNotThere() throws Exception {
        for (String file : List.of(
                "/css/base-00000000000000000000000000000000.css",
                "/js/console/00000000000000000000000000000000/page.js")) {
            browser.perform(get(file))
                    .andExpect(status().isNotFound())
                    .andExpect(header().string("Cache-Control", "no-store"));
        }
    }

    @Test
    void keepsNoFileThatMayChangeUnderItsAddress() throws Exception {
        assertThat(browser.perform(get("/css/base.css"))
                        .andReturn()
                        .getResponse()
                        .getHeader("Cache-Control"))
                .contains("no-store");
    }

    private String text(String address) throws Exception {
        return browser.perform(get(address)).andReturn().getResponse().getContentAsString();
    }

    private static List<String> addresses(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().map(found -> found.group(1)).distinct().toList();
    }
}
