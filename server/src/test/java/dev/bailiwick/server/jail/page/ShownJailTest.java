package dev.bailiwick.server.jail.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.Labels;
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
        assertThat(others(labelled)).singleElement().satisfies(field -> {
            assertThat(field.name()).isEqualTo("labels");
            assertThat(field.values()).containsExactlyInAnyOrder("team=web", "tier=1");
            assertThat(field.pairs()).isTrue();
        });
        assertThat(others(ShownJails.definition())).isEmpty();
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
