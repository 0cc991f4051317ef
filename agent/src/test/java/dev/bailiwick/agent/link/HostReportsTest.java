package dev.bailiwick.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.agent.kernel.FilesReport;
import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.KeptFiles;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.desired.DesiredJail;
import dev.bailiwick.jail.desired.Difference;
import dev.bailiwick.jail.desired.Hold;
import dev.bailiwick.jail.report.Condition;
import dev.bailiwick.protocol.v1.AgentMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HostReportsTest {

    private final List<AgentMessage> sent = new ArrayList<>();
    private final HostReports host = new HostReports(sent::add, List::of);

    @Test
    void sendsConditionsWhenTheyChange() {
        Condition full = new Condition("DiskFull", "there is no room", Instant.EPOCH);
        host.conditions(List.of());
        assertThat(sent).as("a new stream needs no empty list").isEmpty();
        host.conditions(List.of(full));
        host.conditions(List.of(full));
        host.conditions(List.of());
        assertThat(sent)
                .map(message -> message.getHostConditions().getConditionsCount())
                .containsExactly(1, 0);
    }

    @Test
    void sendsOnceThatThereAreNoDifferences() {
        host.differences(List.of());
        host.differences(List.of());
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().getDifferences().getEnds()).isTrue();
    }

    @Test
    void sendsManyDifferencesInPartsOfOneListing() {
        List<Difference> many = IntStream.range(0, 10_000)
                .mapToObj(number -> new Difference(
                        new DesiredJail.Removed(
                                new JailId(new UUID(7, number)),
                                1,
                                new RootPath("/jails/" + "x".repeat(200)),
                                new Base.Thin(),
                                DesiredJail.FilesFate.KEPT),
                        new Hold(Hold.Kind.UNKNOWN, 1)))
                .toList();
        host.differences(many);
        assertThat(sent).hasSizeGreaterThan(2).allMatch(message -> message.getSerializedSize() < 1 << 20);
        assertThat(sent)
                .map(message -> message.getDifferences().getListing())
                .containsOnly(sent.getFirst().getDifferences().getListing());
        assertThat(sent.stream()
                        .mapToInt(message -> message.getDifferences().getDifferencesCount())
                        .sum())
                .isEqualTo(many.size());
        assertThat(sent)
                .filteredOn(message -> message.getDifferences().getEnds())
                .containsExactly(sent.getLast());
    }

    @Test
    void sendsOfFilesWhatHasChanged() {
        KeptFiles kept =
                new KeptFiles(new JailId(new UUID(0, 1)), new RootPath("/jails/a"), "anna", OptionalLong.empty());
        host.files(FilesReport.NONE);
        assertThat(sent).as("a host that gives its jails no ranges").isEmpty();
        host.files(new FilesReport(1, 10, 2, List.of(kept)));
        assertThat(sent)
                .extracting(AgentMessage::getMessageCase)
                .containsExactly(AgentMessage.MessageCase.KEPT_FILES, AgentMessage.MessageCase.ID_RANGES);
        sent.clear();
        host.files(new FilesReport(1, 10, 3, List.of(kept)));
        assertThat(sent).extracting(AgentMessage::getMessageCase).containsExactly(AgentMessage.MessageCase.ID_RANGES);
        sent.clear();
        host.files(new FilesReport(2, 10, 3, List.of()));
        assertThat(sent).extracting(AgentMessage::getMessageCase).containsExactly(AgentMessage.MessageCase.KEPT_FILES);
    }
}
