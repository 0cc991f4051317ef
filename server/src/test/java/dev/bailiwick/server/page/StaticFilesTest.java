package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.ServerTest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;

@ServerTest
class StaticFilesTest {

    private static final Pattern FILES =
            Pattern.compile("(?:href|src)=\"(/(?:css|js|fonts|webjars)/[^\"]+|/[a-z]+[^/\"]*\\.svg)(?:#[^\"]*)?\"");

    private static final Pattern IN_STYLES = Pattern.compile("url\\(\"?([^\")]+)\"?\\)");

    private final MockMvc browser;

    @Autowired
    StaticFilesTest(MockMvc browser) {
        this.browser = browser;
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
    void keepsNothingThatIsNotThere() throws Exception {
        browser.perform(get("/css/base-00000000000000000000000000000000.css"))
                .andExpect(status().isNotFound())
                .andExpect(header().string("Cache-Control", "no-store"));
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
