package dev.bailiwick.server.fuzz;

import dev.bailiwick.server.fuzz.RawRequest.Header;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the pages by their links, and the forms on them. */
final class Pages {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern VALUE = Pattern.compile("=[^&]*");

    /** More pages than there are kinds of pages. */
    private static final int MAX_PAGES = 300;

    private Pages() {}

    /** Returns the forms by the person who sees them. */
    static Map<String, List<PageForm>> all(RawClient client, World world) throws IOException {
        Map<String, List<PageForm>> forms = new TreeMap<>();
        for (String person : world.people().keySet()) {
            forms.put(person, of(client, world, person));
        }
        return forms;
    }

    /** Returns the forms that a person sees, one of each kind; and a form for each page that has parameters in its links. */
    static List<PageForm> of(RawClient client, World world, String person) throws IOException {
        Map<String, PageForm> forms = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Deque<String> next = new ArrayDeque<>(starts(world));
        for (int visited = 0; visited < MAX_PAGES && !next.isEmpty(); visited++) {
            String address = next.remove();
            forms.putIfAbsent("link " + kind(address), asForm(address));
            String html = get(client, world, person, address);
            if (html == null) {
                continue;
            }
            for (PageForm form : PageForm.of(html)) {
                if (form.path().equals("/sign-out")) {
                    continue;
                }
                forms.putIfAbsent(
                        form.method()
                                + kind(form.path())
                                + form.fields().stream()
                                        .map(PageForm.Field::name)
                                        .distinct()
                                        .toList(),
                        form);
            }
            for (String link : PageForm.links(html)) {
                if (seen.add(kind(link)) && !link.startsWith("/sign-out")) {
                    next.add(link);
                }
            }
        }
        List<PageForm> all = new ArrayList<>(forms.values());
        for (PageForm form : forms.values()) {
            if (form.method().equals("POST")) {
                // Where sign-in forwards a form that was sent too late.
                all.add(new PageForm("POST", "/carried" + form.path(), form.fields()));
                if (form.path().equals("/jails/rollout")) {
                    // Each answer of a rollout requests the next one.
                    all.add(new PageForm("POST", "/jails/rollout/step", form.fields())
                            .with("at", "0")
                            .with("jails", world.first("jails")));
                }
            }
        }
        return all;
    }

    private static List<String> starts(World world) {
        List<String> starts = new ArrayList<>(List.of(
                "/",
                "/jails?q=web",
                "/jails?phase=removed",
                "/jails/rollout",
                "/jails/rollout?policy=hosting&all=true",
                "/hosts?q=host",
                "/kept-files",
                "/customers?q=customer",
                "/account",
                "/sign-in",
                "/sign-in/link/bw_nothing",
                "/sign-in/invitation/nothing"));
        for (String jail : world.ids().getOrDefault("jails", List.of())) {
            starts.add("/jails/" + jail);
            starts.add("/jails/" + jail + "/policy?override=mount&reason=x");
            starts.add("/jails/" + jail + "/policy?call=mount&args=1");
            starts.add("/jails/" + jail + "/overrides/remove?call=ptrace");
        }
        for (String jail : world.ids().getOrDefault("removed-jails", List.of())) {
            starts.add("/jails/" + jail);
        }
        for (String customer : world.ids().getOrDefault("customers", List.of())) {
            starts.add("/customers/" + customer);
            starts.add("/customers/" + customer + "/retire");
        }
        for (String host : world.ids().getOrDefault("hosts", List.of())) {
            starts.add("/hosts/" + host);
            starts.add("/hosts/" + host + "/differences");
        }
        for (String files : world.ids().getOrDefault("kept-files", List.of())) {
            starts.add("/kept-files/" + files + "/delete");
            starts.add("/kept-files/" + files + "/customer");
        }
        return starts;
    }

    private static PageForm asForm(String address) {
        String[] parts = address.split("\\?", 2);
        List<PageForm.Field> fields = new ArrayList<>();
        for (String pair : parts.length < 2 ? new String[0] : parts[1].split("&", -1)) {
            String[] nameAndValue = pair.split("=", 2);
            fields.add(new PageForm.Field(
                    decoded(nameAndValue[0]), nameAndValue.length < 2 ? "" : decoded(nameAndValue[1])));
        }
        return new PageForm("GET", parts[0], fields);
    }

    private static String decoded(String text) {
        return java.net.URLDecoder.decode(text, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String kind(String address) {
        return VALUE.matcher(ID.matcher(address).replaceAll("ID")).replaceAll("=");
    }

    /** Returns the page; null if it is not one. */
    private static @Nullable String get(RawClient client, World world, String person, String address)
            throws IOException {
        List<Header> headers = new ArrayList<>(List.of(new Header("Accept", "text/html")));
        String cookies = world.people().getOrDefault(person, "");
        if (!cookies.isEmpty()) {
            headers.add(new Header("Cookie", cookies));
        }
        RawClient.Answer answer =
                client.send(new RawRequest("GET", address.replace(" ", "%20"), headers, new byte[0], false, person));
        return answer.status() == 200 && answer.header("content-type").startsWith("text/html") ? answer.text() : null;
    }
}
