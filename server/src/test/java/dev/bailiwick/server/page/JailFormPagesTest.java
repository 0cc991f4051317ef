package dev.bailiwick.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrlPattern;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.bailiwick.server.Fleet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** The form of a jail, with what was typed and the errors beside it. */
class JailFormPagesTest extends ShopPages {

    @Test
    void definesAJailByForm() throws Exception {
        browser.perform(form("/jails", "blog")).andExpect(redirectedUrlPattern("/jails/*-*"));
        assertThat(html(get("/jails").param("q", "blog").with(operator()))).contains(">blog<");
    }

    @Test
    void keepsWhatWasTypedAndShowsErrorsBesideTheFields() throws Exception {
        String page = browser.perform(form("/jails", "blog")
                        .param("hostname", "not_a_host")
                        .param("ipv4", "192.0.2.77")
                        .param("overrides[0].call", "ptrce")
                        .param("overrides[0].decision", "allow")
                        .param("overrides[0].reason", "a debugger runs in it"))
                .andExpect(status().is(422))
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertClean(page);
        assertThat(page)
                .contains("value=\"not_a_host\"", "value=\"192.0.2.77\"", "value=\"ptrce\"", "a debugger runs in it")
                .contains("id=\"hostname-error\"", "id=\"overrides[0].call-error\"")
                .contains("<strong>Nothing was changed.</strong>", "2 fields are invalid.")
                .contains("aria-invalid=\"true\"");
    }

    @Test
    void tellsOfANameThatIsTaken() throws Exception {
        String page = browser.perform(form("/jails", "shop"))
                .andExpect(status().isConflict())
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page).contains("id=\"name-error\"", "is the name of another jail");
    }

    @Test
    void keepsAnEditThatSomebodyElseOvertook() throws Exception {
        actions.stop(Fleet.OPERATOR, jail.id());
        String page = browser.perform(form("/jails/" + jail.id(), "renamed").param("version", "1"))
                .andReturn()
                .getResponse()
                .getContentAsString();
        assertThat(page)
                .contains("it is at generation 2 now", "value=\"renamed\"", "name=\"version\" value=\"2\"")
                .doesNotContain("field is invalid");
    }

    @Test
    void namesTheJailThatIsEditedOnce() throws Exception {
        assertThat(html(get("/jails/" + jail.id() + "/edit").with(operator())))
                .contains("<h1>Edit shop</h1>", ">shop</a>");
    }

    @Test
    void addsAnOverrideWithoutScripts() throws Exception {
        String page = html(form("/jails/overrides", "blog").param("add", "true"));
        assertThat(page).contains("name=\"overrides[0].call\"", "value=\"blog\"");
    }

    @Test
    void addsAndRemovesRowsWithoutScripts() throws Exception {
        String added = html(form("/jails/rows", "blog")
                .param("command", "/bin/sh", "-c", "a,b")
                .param("environment.name", "PEM")
                .param("environment.value", "one\r\ntwo")
                .param("addRow", "command"));
        assertThat(added)
                .contains(">\n/bin/sh</textarea>", ">\n-c</textarea>", ">\na,b</textarea>", "id=\"command[3]\"")
                .contains(">\none\ntwo</textarea>", "autofocus=\"autofocus\"");
        assertThat(html(form("/jails/rows", "blog")
                        .param("command", "/bin/sh", "-c")
                        .param("removeRow", "command[0]")))
                .doesNotContain(">\n/bin/sh<")
                .contains(">\n-c</textarea>");
        assertThat(html(form("/jails/rows", "blog")
                        .param("commandLine", "/usr/sbin/nginx -g 'daemon off;'")
                        .param("split", "command")))
                .contains(">\ndaemon off;</textarea>");
        assertThat(refused(form("/jails/rows", "blog").param("addRow", "nothing")))
                .contains("are not a field of the form");
    }

    @Test
    void namesTheRowThatIsWrong() throws Exception {
        String refused = refused(form("/jails", "rows")
                .param("command", "/bin/sh", "", "$'open")
                .param("environment.name", "A", "B=C", "")
                .param("environment.value", "1", "2", "3"));
        assertThat(refused)
                .contains("id=\"command[1]-error\"", "has no closing quote")
                .contains("id=\"environment[1]-error\"", "id=\"environment[2]-error\"", "a value without a name");
    }

    @Test
    void writesTheSameCallByApi() throws Exception {
        String preview = html(form("/jails/preview", "blog").header("HX-Request", "true"));
        assertThat(preview)
                .contains("curl -X POST", "&quot;name&quot;: &quot;blog&quot;")
                .doesNotContain("<html");
    }

    @Test
    void choosesNoCustomerUnasked() throws Exception {
        assertThat(html(get("/jails/new").with(operator())))
                .contains("name=\"customer\" list=\"customer-suggestions\" value=\"\"");
        String refused = refused(form("/jails", "nobodys", ""));
        assertThat(refused).contains("id=\"customer-error\"", "must be chosen");
    }

    @Test
    void saysEverythingThatIsWrongWithAFormInOneAnswer() throws Exception {
        String refused = refused(form("/jails", "Bad Name_", "")
                .param("hostname", "under_score..x")
                .param("ipv4", "300.1.1.1")
                .param("ipv6", "zz::1")
                .param("commandLine", "sleep \"inf")
                .param("environment.lines", "NOEQUALS")
                .param("path", "relative/../path")
                .param("limits.memory", "lots")
                .param("limits.processes", "-3")
                .param("limits.cpuMillis", "1.5")
                .param("overrides[0].call", "ptrcae")
                .param("overrides[0].decision", "allow")
                .param("overrides[0].reason", "why"));
        for (String field : List.of(
                "name",
                "customer",
                "hostname",
                "ipv4",
                "ipv6",
                "commandLine",
                "environment.lines",
                "path",
                "limits.memory",
                "limits.processes",
                "limits.cpuMillis",
                "overrides[0].call")) {
            assertThat(refused).contains("id=\"" + field + "-error\"");
        }
    }

    @Test
    void refusesAnOverrideThatHasEndedAndKeepsOneThatEnds() throws Exception {
        String refused = refused(form("/jails", "past")
                .param("overrides[0].call", "ptrace")
                .param("overrides[0].decision", "allow")
                .param("overrides[0].reason", "why")
                .param("overrides[0].until", "2020-01-01T00:00"));
        assertThat(refused).contains("id=\"overrides[0].until-error\"", "is in the past");
    }

    private String refused(MockHttpServletRequestBuilder request) throws Exception {
        return browser.perform(request)
                .andExpect(status().is(422))
                .andReturn()
                .getResponse()
                .getContentAsString();
    }
}
