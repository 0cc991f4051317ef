package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.ExtraHosts;
import dev.bailiwick.jail.IpAddress;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Labels;
import dev.bailiwick.jail.NameSettings;
import dev.bailiwick.jail.ResolverConfiguration;
import dev.bailiwick.jail.draft.DefinitionDraft;
import dev.bailiwick.jail.report.Phase;
import dev.bailiwick.server.jail.page.ShownJail.ShownField;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShownJailTest {

    private static List<ShownField> others(JailDefinition definition) {
        return ShownJail.of(ShownJails.jail(definition, Optional.of(Phase.RUNNING), 1, 1, 1), "Acme", ShownJails.NOW)
                .others();
    }

    @Test
    void showsFieldsThatHaveNoPlaceOfTheirOwn() {
        JailDefinition labelled = ShownJails.definition().with(new Labels(Map.of("team", "web", "tier", "1")));
        assertThat(others(labelled).stream().filter(field -> field.name().equals("labels")))
                .singleElement()
                .satisfies(field -> {
                    assertThat(field.values()).containsExactlyInAnyOrder("team=web", "tier=1");
                    assertThat(field.pairs()).isTrue();
                });
        assertThat(others(ShownJails.definition()))
                .extracting(ShownField::name)
                .as("fields that say nothing")
                .doesNotContain("labels", "user", "extraHosts");
        NameSettings names = new NameSettings(
                ResolverConfiguration.EMPTY, new ExtraHosts(Map.of("db", IpAddress.parse("198.18.0.7"))));
        assertThat(others(ShownJails.definition().with(names)))
                .as("no list is filtered by these pairs")
                .contains(new ShownField("extraHosts", List.of("db=198.18.0.7"), false));
    }

    @Test
    void hasAMessageForEachOfThem() {
        ResourceBundle messages = ResourceBundle.getBundle("messages");
        List<String> names = Stream.of(DefinitionDraft.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        assertThat(names).containsAll(ShownJail.PLACED);
        assertThat(names.stream().filter(name -> !ShownJail.PLACED.contains(name)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(messages.containsKey("jail." + name))
                        .as(name)
                        .isTrue());
    }
}
