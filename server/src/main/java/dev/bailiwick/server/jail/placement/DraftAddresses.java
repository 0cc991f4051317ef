package dev.bailiwick.server.jail.placement;

import dev.bailiwick.jail.AddressChoice;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.validation.InvalidValue;
import dev.bailiwick.server.network.AddressChoices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a draft, with a stand-in for each that the server is to choose.
 *
 * @param ip the primary addresses
 */
public record DraftAddresses(List<@Nullable String> ip, List<@Nullable String> additional, AddressChoices choices) {

    private static final String AUTO = "auto";

    /**
     * Reads the addresses of a draft. What is no address and no choice stays, for the check that follows.
     *
     * @param before the definition that the draft replaces. Addresses of which the draft says nothing stay, and a choice is met by an
     *     additional address of that definition which the draft does not name otherwise
     */
    public static DraftAddresses of(DefinitionDraft draft, Optional<JailDefinition> before) {
        Optional<DefinitionDraft> known = before.map(DefinitionDraft::of);
        List<@Nullable String> texts = draft.additionalAddresses() == null
                ? known.flatMap(one -> Optional.ofNullable(one.additionalAddresses()))
                        .orElse(List.of())
                : draft.additionalAddresses();
        Set<String> left = new LinkedHashSet<>();
        before.ifPresent(one -> one.addresses().additional().forEach(address -> left.add(address.toString())));
        texts.forEach(text -> left.remove(canonical(text)));
        Map<IpAddress, AddressChoice> choices = new HashMap<>();
        List<@Nullable String> additional = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            @Nullable String text = texts.get(i);
            Optional<AddressChoice> choice = choice(text);
            if (choice.isEmpty()) {
                additional.add(text);
                continue;
            }
            Optional<String> kept = left.stream()
                    .filter(address -> choice.get().admits(IpAddress.parse(address)))
                    .findFirst();
            kept.ifPresent(left::remove);
            String address = kept.orElse(AddressChoices.standIn(choice.get(), i));
            if (kept.isEmpty()) {
                choices.put(IpAddress.parse(address), choice.get());
            }
            additional.add(address);
        }
        boolean chosen = choosesPrimary(draft);
        List<@Nullable String> ip = !chosen && draft.ip() != null
                ? draft.ip()
                : known.flatMap(one -> Optional.ofNullable(one.ip())).orElseGet(() -> standIns(additional));
        AddressChoices.Primary primary =
                chosen && before.isEmpty() ? AddressChoices.Primary.CHOSEN : AddressChoices.Primary.NAMED;
        return new DraftAddresses(ip, additional, new AddressChoices(primary, choices));
    }

    private static boolean choosesPrimary(DefinitionDraft draft) {
        return draft.ip() == null || draft.ip().isEmpty() || draft.ip().equals(List.of(AUTO));
    }

    /** Returns the stand-ins of the families that the additional addresses need beside them; that of IPv4 if there are none. */
    private static List<@Nullable String> standIns(List<@Nullable String> additional) {
        List<@Nullable String> standIns = new ArrayList<>();
        boolean v6 = additional.stream().anyMatch(text -> text != null && text.indexOf(':') >= 0);
        if (!v6 || additional.stream().anyMatch(text -> text != null && text.indexOf(':') < 0)) {
            standIns.add(AddressChoices.PRIMARY_STAND_INS.getFirst());
        }
        if (v6) {
            standIns.add(AddressChoices.PRIMARY_STAND_INS.getLast());
        }
        return standIns;
    }

    private static Optional<AddressChoice> choice(@Nullable String text) {
        try {
            return text == null ? Optional.empty() : AddressChoice.parse(text.strip());
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }

    private static String canonical(@Nullable String text) {
        try {
            return text == null ? "" : IpAddress.parse(text).toString();
        } catch (InvalidValue e) {
            return "";
        }
    }
}
