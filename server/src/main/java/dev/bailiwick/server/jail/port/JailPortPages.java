package dev.bailiwick.server.jail.port;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.jail.port.JailPorts.PortsOfJail;
import dev.bailiwick.server.page.PathIds;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page with the ports of its host that lead to a jail. */
@Controller
class JailPortPages {

    private final JailPorts ports;
    private final MessageSource messages;

    JailPortPages(JailPorts ports, MessageSource messages) {
        this.ports = ports;
        this.messages = messages;
    }

    /** What somebody typed. */
    record PortForm(String protocol, String address, String port, String target, String count) {

        static final PortForm EMPTY = new PortForm("tcp", "", "", "", "");

        PortRequest request() {
            return new PortRequest(blank(protocol), blank(address), number(port), number(target), number(count));
        }

        private static @Nullable String blank(String text) {
            return text.isBlank() ? null : text.strip();
        }

        /** Returns 0, which is no port, for what is no number. */
        private static @Nullable Integer number(String text) {
            try {
                return text.isBlank() ? null : Integer.valueOf(text.strip());
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    @GetMapping("/jails/{id}/ports")
    ModelAndView list(Caller caller, @PathVariable String id) {
        return page(ports.of(caller, jail(id)), PortForm.EMPTY, Map.of());
    }

    @PostMapping("/jails/{id}/ports")
    ModelAndView publish(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String protocol,
            @RequestParam(defaultValue = "") String address,
            @RequestParam(defaultValue = "") String port,
            @RequestParam(defaultValue = "") String target,
            @RequestParam(defaultValue = "") String count,
            RedirectAttributes then) {
        ports.require(caller, jail(id));
        PortForm form = new PortForm(protocol, address, port, target, count);
        try {
            PortRequest wanted = form.request();
            ports.publish(caller, jail(id), wanted.change(), wanted.number());
        } catch (Failure refused) {
            ModelAndView page = page(ports.of(caller, jail(id)), form, errors(refused));
            page.setStatus(HttpStatusCode.valueOf(refused.type().status()));
            return page;
        }
        return done(id, "ports.published", then);
    }

    /** Shows the form again, as it was filled in, if it was sent after its session had ended. */
    @PostMapping("/carried/jails/{id}/ports")
    ModelAndView publishAgain(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String protocol,
            @RequestParam(defaultValue = "") String address,
            @RequestParam(defaultValue = "") String port,
            @RequestParam(defaultValue = "") String target,
            @RequestParam(defaultValue = "") String count) {
        ports.require(caller, jail(id));
        return page(ports.of(caller, jail(id)), new PortForm(protocol, address, port, target, count), Map.of());
    }

    @PostMapping("/jails/{id}/ports/withdraw")
    ModelAndView withdraw(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String protocol,
            @RequestParam(defaultValue = "") String address,
            @RequestParam(defaultValue = "") String port,
            RedirectAttributes then) {
        ports.require(caller, jail(id));
        ports.withdraw(
                caller,
                jail(id),
                new PortForm(protocol, address, port, "", "").request().change(),
                1);
        return done(id, "ports.withdrawn", then);
    }

    private static ModelAndView page(PortsOfJail all, PortForm form, Map<String, List<String>> errors) {
        ModelAndView page = new ModelAndView("jails/ports");
        page.addObject("id", all.jail().id().toString());
        page.addObject("name", all.jail().definition().name().value());
        page.addObject("changeable", all.jail().retiredAt().isEmpty());
        page.addObject("ports", all.published());
        page.addObject("offered", all.offered());
        page.addObject("form", form);
        page.addObject("errors", errors);
        return page;
    }

    private static Map<String, List<String>> errors(Failure refused) {
        Map<String, List<String>> errors = new TreeMap<>();
        refused.violations()
                .forEach(violation -> errors.computeIfAbsent(violation.pointer().substring(1), _ -> new ArrayList<>())
                        .add(violation.message()));
        if (errors.isEmpty()) {
            errors.put("port", List.of(refused.detail()));
        }
        return errors;
    }

    private ModelAndView done(String id, String message, RedirectAttributes then) {
        then.addFlashAttribute("toast", messages.getMessage(message, null, Locale.ENGLISH));
        return new ModelAndView("redirect:/jails/" + jail(id) + "/ports");
    }

    private static JailId jail(String id) {
        return new JailId(PathIds.uuid(id));
    }
}
