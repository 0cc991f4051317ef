package dev.bailiwick.server.network;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.Host;
import dev.bailiwick.server.host.HostNotFound;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages with the name servers of pools and hosts, for operators. */
@Controller
class ResolverPages {

    private final PoolPages pools;
    private final Resolvers resolvers;
    private final EffectiveResolvers effective;
    private final Hosts hosts;
    private final MessageSource messages;

    ResolverPages(
            PoolPages pools, Resolvers resolvers, EffectiveResolvers effective, Hosts hosts, MessageSource messages) {
        this.pools = pools;
        this.resolvers = resolvers;
        this.effective = effective;
        this.hosts = hosts;
        this.messages = messages;
    }

    @PostMapping("/pools/{id}/resolver")
    ModelAndView setOfPool(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") List<String> nameServers,
            @RequestParam(defaultValue = "") List<String> searchDomains,
            @RequestParam(defaultValue = "") List<String> resolverOptions,
            RedirectAttributes then) {
        caller.require(Scope.POOLS_WRITE);
        AddressPool pool = pools.pool(caller, id);
        ResolverForm form = ResolverForm.of(nameServers, searchDomains, resolverOptions);
        try {
            resolvers.set(caller, pool.id(), form.resolver());
        } catch (InvalidRequest invalid) {
            return unacceptable(pools.page(caller, pool, form, ResolverForm.errors(invalid)));
        }
        return saved("/pools/" + pool.id(), then);
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/pools/{id}/resolver")
    ModelAndView showAgainOfPool(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") List<String> nameServers,
            @RequestParam(defaultValue = "") List<String> searchDomains,
            @RequestParam(defaultValue = "") List<String> resolverOptions) {
        caller.require(Scope.POOLS_WRITE);
        return pools.page(
                caller, pools.pool(caller, id), ResolverForm.of(nameServers, searchDomains, resolverOptions), Map.of());
    }

    @GetMapping("/hosts/{id}/resolver")
    ModelAndView ofHost(Caller caller, @PathVariable String id) {
        caller.require(Scope.HOSTS_READ);
        Host host = host(id);
        return page(host, ResolverForm.of(resolvers.of(caller, host.id())), Map.of());
    }

    @PostMapping("/hosts/{id}/resolver")
    ModelAndView setOfHost(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") List<String> nameServers,
            @RequestParam(defaultValue = "") List<String> searchDomains,
            @RequestParam(defaultValue = "") List<String> resolverOptions,
            RedirectAttributes then) {
        caller.require(Scope.HOSTS_WRITE);
        Host host = host(id);
        ResolverForm form = ResolverForm.of(nameServers, searchDomains, resolverOptions);
        try {
            resolvers.set(caller, host.id(), form.resolver());
        } catch (InvalidRequest invalid) {
            return unacceptable(page(host, form, ResolverForm.errors(invalid)));
        }
        return saved("/hosts/" + host.id() + "/resolver", then);
    }

    /** Shows a form again that was sent after its session had ended. */
    @PostMapping("/carried/hosts/{id}/resolver")
    ModelAndView showAgainOfHost(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") List<String> nameServers,
            @RequestParam(defaultValue = "") List<String> searchDomains,
            @RequestParam(defaultValue = "") List<String> resolverOptions) {
        caller.require(Scope.HOSTS_WRITE);
        return page(host(id), ResolverForm.of(nameServers, searchDomains, resolverOptions), Map.of());
    }

    private ModelAndView page(Host host, ResolverForm form, Map<String, List<String>> errors) {
        ModelAndView page = form("hosts/resolver", form, errors, effective.ofHost(host.id()));
        page.addObject("host", host.id().toString());
        page.addObject("name", host.name().value());
        return page;
    }

    static ModelAndView form(
            String template,
            ResolverForm form,
            Map<String, List<String>> errors,
            List<EffectiveResolvers.Row> effective) {
        ModelAndView page = new ModelAndView(template);
        page.addObject("form", form);
        page.addObject("errors", errors);
        page.addObject("effective", effective);
        return page;
    }

    private ModelAndView saved(String address, RedirectAttributes then) {
        then.addFlashAttribute("toast", messages.getMessage("resolver.saved", null, Locale.ENGLISH));
        return new ModelAndView("redirect:" + address);
    }

    static ModelAndView unacceptable(ModelAndView page) {
        page.setStatus(HttpStatus.UNPROCESSABLE_CONTENT);
        return page;
    }

    private Host host(String id) {
        HostId host = new HostId(PathIds.uuid(id));
        return hosts.find(host).orElseThrow(() -> new HostNotFound(host));
    }

    /**
     * The form of name servers. A row that was sent can hold several entries, with spaces between them.
     *
     * @param nameServers what the rows hold; the page shows empty rows after them
     */
    record ResolverForm(List<String> nameServers, List<String> searchDomains, List<String> resolverOptions) {

        private static final Pattern BLANKS = Pattern.compile("\\s+");

        static ResolverForm of(ResolverConfiguration resolver) {
            return new ResolverForm(
                    resolver.servers().stream().map(Object::toString).toList(), resolver.search(), resolver.options());
        }

        static ResolverForm of(List<String> nameServers, List<String> searchDomains, List<String> resolverOptions) {
            return new ResolverForm(filled(nameServers), filled(searchDomains), filled(resolverOptions));
        }

        private static List<String> filled(List<String> rows) {
            return rows.stream()
                    .flatMap(BLANKS::splitAsStream)
                    .filter(word -> !word.isEmpty())
                    .toList();
        }

        /** @throws InvalidRequest with pointers to the rows that are wrong */
        ResolverConfiguration resolver() {
            return new ResolverResource.ResolverDocument(
                            List.copyOf(nameServers), List.copyOf(searchDomains), List.copyOf(resolverOptions))
                    .resolver();
        }

        /** Returns the errors by the names of their fields and rows, for example {@code nameServers[1]}. */
        static Map<String, List<String>> errors(InvalidRequest invalid) {
            Map<String, List<String>> errors = new TreeMap<>();
            invalid.violations()
                    .forEach(violation -> errors.computeIfAbsent(
                                    violation.pointer().substring(1).replaceFirst("/(\\d+)$", "[$1]"),
                                    _ -> new ArrayList<>())
                            .add(violation.message()));
            return errors;
        }
    }
}
