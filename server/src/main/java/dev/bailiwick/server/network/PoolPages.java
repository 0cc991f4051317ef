package dev.bailiwick.server.network;

import dev.bailiwick.jail.Egress;
import dev.bailiwick.jail.HostId;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.host.Hosts;
import dev.bailiwick.server.network.ResolverPages.ResolverForm;
import dev.bailiwick.server.page.Moment;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.InvalidRequest;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The pages of address pools, for operators. */
@Controller
class PoolPages {

    private static final int MAX_SHOWN = 100;

    private final Pools pools;
    private final Quarantine quarantine;
    private final Resolvers resolvers;
    private final EffectiveResolvers effective;
    private final Hosts hosts;
    private final MessageSource messages;
    private final Clock clock;

    PoolPages(
            Pools pools,
            Quarantine quarantine,
            Resolvers resolvers,
            EffectiveResolvers effective,
            Hosts hosts,
            MessageSource messages,
            Clock clock) {
        this.pools = pools;
        this.quarantine = quarantine;
        this.resolvers = resolvers;
        this.effective = effective;
        this.hosts = hosts;
        this.messages = messages;
        this.clock = clock;
    }

    /** An address that rests. */
    record RestingRow(Quarantine.RestingAddress address, Moment until) {}

    /** A pool in the list. */
    record PoolRow(AddressPool pool, String hostName) {}

    @GetMapping("/pools")
    ModelAndView list(Caller caller) {
        List<PoolRow> rows = pools.list(caller).stream()
                .map(pool -> new PoolRow(pool, pool.host().map(this::name).orElse("")))
                .toList();
        return new ModelAndView("pools/list", Map.of("pools", rows));
    }

    @GetMapping("/pools/{id}")
    ModelAndView ofPool(Caller caller, @PathVariable String id) {
        AddressPool pool = pool(caller, id);
        return page(caller, pool, ResolverForm.of(resolvers.of(caller, pool.id())), Map.of());
    }

    @PostMapping("/pools/{id}/egress")
    ModelAndView setEgress(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String egress,
            @RequestParam(defaultValue = "false") boolean outgoingMail,
            RedirectAttributes then) {
        caller.require(Scope.POOLS_WRITE);
        AddressPool pool = pool(caller, id);
        try {
            Egress wanted = new Egress(Egress.Way.parse(egress), outgoingMail);
            pools.change(
                    caller, pool.id(), known -> new Pools.PoolFields(wanted, known.description(), known.quarantine()));
        } catch (InvalidValue e) {
            return ResolverPages.unacceptable(page(
                    caller,
                    pool,
                    ResolverForm.of(resolvers.of(caller, pool.id())),
                    Map.of("egress", List.of(e.reason()))));
        }
        then.addFlashAttribute("toast", messages.getMessage("pools.egress.saved", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/pools/" + pool.id());
    }

    @PostMapping("/pools/{id}/quarantine")
    ModelAndView setQuarantine(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String quarantine,
            RedirectAttributes then) {
        caller.require(Scope.POOLS_WRITE);
        AddressPool pool = pool(caller, id);
        try {
            int hours = quarantine.matches("\\d{1,9}") ? Integer.parseInt(quarantine) : -1;
            pools.change(caller, pool.id(), known -> new Pools.PoolFields(known.egress(), known.description(), hours));
        } catch (InvalidRequest invalid) {
            ModelAndView page =
                    page(caller, pool, ResolverForm.of(resolvers.of(caller, pool.id())), ResolverForm.errors(invalid));
            return ResolverPages.unacceptable(page.addObject("quarantine", quarantine));
        }
        then.addFlashAttribute("toast", messages.getMessage("pools.quarantine.saved", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/pools/" + pool.id());
    }

    @PostMapping("/pools/{id}/resting/free")
    ModelAndView free(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String address,
            RedirectAttributes then) {
        caller.require(Scope.POOLS_WRITE);
        AddressPool pool = pool(caller, id);
        quarantine.free(caller, pool.id(), List.of(read(address)));
        then.addFlashAttribute("toast", messages.getMessage("pools.resting.freed", null, Locale.ENGLISH));
        return new ModelAndView("redirect:/pools/" + pool.id());
    }

    private static IpAddress read(String address) {
        try {
            return IpAddress.parse(address);
        } catch (InvalidValue e) {
            throw new InvalidRequest("/address", e.reason());
        }
    }

    /** Returns the page of a pool, with the forms as somebody has filled them in. */
    ModelAndView page(Caller caller, AddressPool pool, ResolverForm form, Map<String, List<String>> errors) {
        ModelAndView page = ResolverPages.form("pools/pool", form, errors, effective.ofPool(pool));
        page.addObject("ways", Egress.Way.values());
        page.addObject("quarantine", Integer.toString(pool.quarantine()));
        page.addObject(
                "resting",
                quarantine.list(caller, pool.id(), Optional.empty(), MAX_SHOWN).stream()
                        .map(address -> new RestingRow(address, Moment.of(address.until(), clock.instant())))
                        .toList());
        page.addObject("pool", new PoolRow(pool, pool.host().map(this::name).orElse("")));
        return page;
    }

    /** @throws PoolNotFound if the pool does not exist */
    AddressPool pool(Caller caller, String id) {
        return pools.find(caller, new PoolId(PathIds.uuid(id)));
    }

    private String name(HostId id) {
        return hosts.find(id).map(host -> host.name().value()).orElse("");
    }
}
