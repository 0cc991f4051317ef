package dev.bailiwick.server.jail.files;

import static dev.bailiwick.server.Fleet.OPERATOR;
import static dev.bailiwick.server.Fleet.named;
import static dev.bailiwick.server.Fleet.somebodyOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.desired.PreviousFiles;
import dev.bailiwick.server.jail.Jails;
import dev.bailiwick.server.jail.view.JailView;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;

/** The page of the files that removed jails left. */
class KeptFilesPageTest extends LeftFiles {

    @Test
    void showsAndDeletesThemOnAPage() {
        JailView left = leave("web");
        UUID id = list(OPERATOR).getFirst().id();
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .hasStatusOk()
                .bodyText()
                .contains(left.definition().path().value())
                .contains("/kept-files/" + id + "/delete");
        assertThat(api.call(somebodyOf(berta), HttpMethod.GET, "/kept-files", ""))
                .hasStatusOk()
                .bodyText()
                .doesNotContain(left.definition().path().value());
        assertThat(api.call(somebodyOf(anna), HttpMethod.GET, "/kept-files", ""))
                .hasStatusOk()
                .bodyText()
                .contains(">web</th>")
                .doesNotContain(left.definition().path().value());
        String document = "/api/v1/kept-files/" + id;
        assertThat(api.call(OPERATOR, HttpMethod.GET, document, ""))
                .bodyText()
                .contains(left.definition().path().value());
        assertThat(api.call(somebodyOf(anna), HttpMethod.GET, document, ""))
                .hasStatusOk()
                .bodyText()
                .contains("\"jailName\":\"web\"")
                .doesNotContain(left.definition().path().value())
                .doesNotContain("firstHostId");
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files/" + id + "/delete", ""))
                .hasStatusOk();
        assertThat(api.call(
                        OPERATOR,
                        HttpMethod.GET,
                        "/jails/new?customer=" + anna + "&host=" + host + "&path="
                                + left.definition().path() + "&base=template:debian",
                        ""))
                .bodyText()
                .contains("value=\"" + left.definition().path() + "\"")
                .contains("<option value=\"template:debian\" selected=\"selected\">");
        assertThat(api.json(api.call(OPERATOR, HttpMethod.GET, document, ""))
                        .get("base")
                        .asString())
                .isEqualTo("thin");
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .bodyText()
                .contains("&amp;base=thin");
        assertThat(api.call(somebodyOf(anna), HttpMethod.POST, "/kept-files/" + id + "/delete", ""))
                .hasStatus(403);
        assertThat(api.call(OPERATOR, HttpMethod.POST, "/kept-files/" + id + "/delete", ""))
                .hasStatus(302);
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .bodyText()
                .contains("Deleting…");
    }

    @Test
    void givesThoseOfNobodyToACustomerOnAPage() {
        files.replace(host, List.of(kept(Jails.fresh(), "/var/lib/bailiwick/jails/stray", "")));
        String address = "/kept-files/" + list(OPERATOR).getFirst().id() + "/customer";
        assertThat(api.call(OPERATOR, HttpMethod.GET, "/kept-files?host=" + host, ""))
                .bodyText()
                .contains(address, "Show those on all hosts");
        assertThat(api.call(OPERATOR, HttpMethod.GET, address.replace("/customer", "/delete"), ""))
                .as("asks for the owner first")
                .hasStatus(302)
                .hasRedirectedUrl(address);
        assertThat(api.call(OPERATOR, HttpMethod.GET, address, ""))
                .hasStatusOk()
                .bodyText()
                .contains("id=\"customer\"");
        assertThat(api.call(somebodyOf(anna), HttpMethod.GET, address, "")).hasStatus(403);
        for (String wrong : List.of("", "nobody", UUID.randomUUID().toString())) {
            assertThat(api.call(OPERATOR, HttpMethod.POST, address + "?customer=" + wrong, ""))
                    .as(wrong)
                    .hasStatusOk()
                    .bodyText()
                    .contains("customer-error");
        }

        assertThat(api.call(OPERATOR, HttpMethod.POST, address + "?customer=" + anna, ""))
                .hasStatus(302);

        assertThat(list(OPERATOR).getFirst().customer()).hasValue(anna);
    }

    @Test
    void asksBeforeAFormDeletesTheFilesAtAnEarlierPath() {
        JailView jail = define(anna, named("web"));
        String path = jail.definition().path().value();
        String form = "/jails/" + jail.id() + "?version=1&name=web&hostname=web.test&ipv4="
                + jail.definition().addresses().all().getFirst()
                + "&command=/bin/true&base=thin&profile=hosting&wanted=running&previousFiles=delete&path=" + path;
        assertThat(api.call(OPERATOR, HttpMethod.POST, form + "-2", ""))
                .hasStatusOk()
                .bodyText()
                .contains("All files below " + path + " will be deleted", "name=\"deletes\" value=\"" + path + "\"")
                .contains("<option value=\"delete\" selected=\"selected\">", "?previousFiles=delete");
        assertThat(jails.find(OPERATOR, jail.id()).generation()).isOne();

        assertThat(api.call(OPERATOR, HttpMethod.POST, form + "-2&deletes=" + path, ""))
                .hasStatus(302);

        assertThat(files(jail.id()).previous()).isEqualTo(PreviousFiles.DELETED);
    }
}
