package dev.bailiwick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.bailiwick.server.account.AccountEvent;
import dev.bailiwick.server.account.CustomerId;
import dev.bailiwick.server.account.MemberRole;
import dev.bailiwick.server.account.Role;
import dev.bailiwick.server.account.Scope;
import dev.bailiwick.server.audit.Event;
import dev.bailiwick.server.audit.EventType;
import dev.bailiwick.server.host.HostEvent;
import dev.bailiwick.server.jail.ReadingEvent;
import dev.bailiwick.server.jail.command.CommandEvent;
import dev.bailiwick.server.jail.difference.DifferenceEvent;
import dev.bailiwick.server.jail.file.FileEvent;
import dev.bailiwick.server.jail.forward.ForwardEvent;
import dev.bailiwick.server.jail.intent.JailEvent;
import dev.bailiwick.server.network.PoolEvent;
import dev.bailiwick.server.network.ResolverEvent;
import dev.bailiwick.server.network.member.NetworkEvent;
import dev.bailiwick.server.network.port.PortEvent;
import dev.bailiwick.server.network.reverse.ReverseNameEvent;
import dev.bailiwick.server.plan.PlanEvent;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Compares {@code docs/events.md} with all types of events and their forms. */
class EventsTest {

    private static final String HOST = "01900000-0000-7000-8000-000000000001";
    private static final UUID SESSION = UUID.fromString("01900000-0000-4000-8000-000000000003");
    private static final String JAIL = "01900000-0000-7000-8000-000000000002";

    /** An example of each type. */
    private static final List<Event> EXAMPLES = List.of(
            new AccountEvent.CustomerCreated("Example Ltd"),
            new AccountEvent.CustomerChanged("Example Ltd"),
            new AccountEvent.QuotaChanged(10L, 8L << 30, null, 20L, null),
            new AccountEvent.CustomerSuspended(3),
            new AccountEvent.SuspensionExplained("unpaid since May"),
            new AccountEvent.CustomerUnsuspended(3),
            new AccountEvent.ResellerChanged(CustomerId.parse("00000000-0000-0000-0000-000000000001")),
            new AccountEvent.CustomerFirewallChanged(2, 40),
            new AccountEvent.CustomerRetired("Example Ltd"),
            new AccountEvent.CustomerRestored("Example Ltd"),
            new AccountEvent.MemberInvited("anna", MemberRole.COLLEAGUE, 2),
            new AccountEvent.InvitationWithdrawn("anna"),
            new AccountEvent.InvitationAccepted("anna"),
            new AccountEvent.UserCreated("anna", Role.CUSTOMER),
            new AccountEvent.RoleChanged(Role.SUPPORT),
            new AccountEvent.MembershipChanged(MemberRole.COLLEAGUE, 2),
            new AccountEvent.MembershipEnded(),
            new AccountEvent.UserDisabled(),
            new AccountEvent.ActedFor("the shop does not start"),
            new AccountEvent.ActingEnded(),
            new AccountEvent.PasswordResetIssued(),
            new AccountEvent.PasswordMailRequested("192.0.2.7", "Mozilla/5.0"),
            new AccountEvent.PasswordChanged(),
            new AccountEvent.EmailRequested(),
            new AccountEvent.EmailConfirmed(),
            new AccountEvent.EmailRemoved(),
            new AccountEvent.NoticesChanged(List.of("token")),
            new AccountEvent.SessionsEnded(2),
            new AccountEvent.SignedIn("password+code", "192.0.2.7", "Mozilla/5.0"),
            new AccountEvent.SignInFailed("password", 3, "192.0.2.7", "Mozilla/5.0"),
            new AccountEvent.PasskeyAdded("Phone"),
            new AccountEvent.PasskeyRemoved("Phone"),
            new AccountEvent.ProviderLinked("https://id.example.com"),
            new AccountEvent.ProviderUnlinked("https://id.example.com"),
            new AccountEvent.SecondFactorAdded(),
            new AccountEvent.SecondFactorRemoved(),
            new AccountEvent.RecoveryCodesRenewed(),
            new AccountEvent.TokenIssued("deploy", List.of(Scope.JAILS_READ, Scope.JAILS_WRITE)),
            new AccountEvent.TokenRotated(86_400),
            new AccountEvent.FormerSecretEnded(),
            new AccountEvent.TokenRevoked(),
            new AccountEvent.SshKeyAdded(
                    "ssh-ed25519", "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "anna@laptop"),
            new AccountEvent.SshKeyRemoved("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"),
            new HostEvent.Created("h1"),
            new HostEvent.Renamed("h2", "h1"),
            new HostEvent.OvercommitChanged(new BigDecimal("1.5"), null),
            new HostEvent.Retired("h2"),
            new HostEvent.Joined("3f1a"),
            new HostEvent.CertificateRevoked(),
            new HostEvent.HistoryDiverged(12, 9, 8),
            new DifferenceEvent.Reported(3),
            new DifferenceEvent.Decided(JAIL, "unknown", "adopt"),
            new HostEvent.Reconciled(),
            new ResolverEvent.OfHost(List.of("203.0.113.53"), List.of("example.org"), List.of("ndots:2")),
            new PortEvent.Offered(List.of("192.0.2.2 20000-29999")),
            new PoolEvent.Created("198.51.100.0/24", "closed", false, 24),
            new PoolEvent.Changed("masquerade", false, "Private", 48),
            new PoolEvent.AddressesFreed(List.of("198.51.100.7")),
            new PoolEvent.Removed(),
            new ResolverEvent.OfPool(List.of("203.0.113.53"), List.of("example.org"), List.of("ndots:2")),
            new PlanEvent.Created("Small"),
            new PlanEvent.Changed(2),
            new PlanEvent.Retired("Small"),
            new NetworkEvent.Created("inner"),
            new NetworkEvent.Renamed("data"),
            new NetworkEvent.JailsAdded(List.of(JAIL)),
            new NetworkEvent.JailRemoved(JAIL),
            new NetworkEvent.Removed("data"),
            new JailEvent.Created("web", 1, HOST),
            new JailEvent.Adopted("web", 4, HOST),
            new PortEvent.Published("tcp", "192.0.2.2", 20080, 1, 80),
            new PortEvent.Withdrawn("tcp", "192.0.2.2", 20080, 1),
            new ReverseNameEvent.Set("198.51.100.7", "mail.example.org"),
            new ReverseNameEvent.Removed("198.51.100.7"),
            new CommandEvent.Run("/bin/ls", "www-data"),
            new CommandEvent.Opened("/bin/sh", "root", SESSION),
            new CommandEvent.Attached(SESSION),
            new CommandEvent.Ended(SESSION),
            new CommandEvent.WriterChanged(SESSION),
            new CommandEvent.Withdrawn(SESSION),
            new ForwardEvent.Opened("localhost", 8_080),
            new FileEvent.Written("/srv/index.html"),
            new FileEvent.Unpacked("/srv"),
            new FileEvent.UploadDropped("/srv/index.html"),
            new FileEvent.DirectoryCreated("/srv/images"),
            new FileEvent.LinkCreated("/srv/current", "releases/7"),
            new FileEvent.Renamed("/srv/old", "/srv/new"),
            new FileEvent.Removed("/srv/old"),
            new FileEvent.ModeSet("/srv/run", "0755"),
            new FileEvent.OwnerSet("/srv/images", 33, 33),
            new ReadingEvent.Log(),
            new ReadingEvent.Files(),
            new JailEvent.Changed(2),
            new JailEvent.FirewallChanged(3, 2),
            new JailEvent.Started(3),
            new JailEvent.Stopped(4),
            new JailEvent.Restarted(5),
            new JailEvent.Moved("web", 6),
            new JailEvent.MovedAway("web", 6),
            new JailEvent.Retired("web", 7, "kept"),
            new JailEvent.Removed("web"),
            new JailEvent.OomKilled(
                    2, "jail-limit", List.of(new JailEvent.OomKilled.LargeProcess("java", 512 << 20)), 8L << 30),
            new JailEvent.FilesDeleted("/srv/jails/web"),
            new JailEvent.FilesAssigned("/srv/jails/web"));

    private final JsonMapper json = JsonMapper.builder().build();

    @Test
    void areAllHere() {
        List<String> types = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.bailiwick.server").stream()
                        .filter(type -> type.isAssignableTo(Event.class) && !type.isInterface())
                        .map(JavaClass::getName)
                        .toList();

        assertThat(EXAMPLES).extracting(event -> event.getClass().getName()).containsExactlyInAnyOrderElementsOf(types);
    }

    @Test
    void areRecordsOfASealedInterfaceWithANameAndAVersion() {
        assertThat(EXAMPLES).allSatisfy(event -> {
            assertThat(event.getClass().isRecord()).isTrue();
            assertThat(event.getClass().getInterfaces()).allMatch(Class::isSealed);
            assertThat(type(event).action())
                    .matches("(customer|user|token|key|host|pool|plan|network|jail)\\.[a-z]+(-[a-z]+)*");
            assertThat(type(event).version()).isPositive();
        });
        assertThat(EXAMPLES.stream().map(event -> type(event).action())).doesNotHaveDuplicates();
    }

    /** The table has a row for each type: name, version, an example of the detail, and the meaning. */
    @Test
    void areDocumentedAsTheyAre() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/events.md")).stream()
                .filter(line -> line.startsWith("| `") && line.contains("{"))
                .toList();

        assertThat(rows.stream().map(EventsTest::withoutMeaning))
                .containsExactlyElementsOf(EXAMPLES.stream().map(this::row).toList());
        assertThat(rows).allSatisfy(row -> assertThat(row).matches(".*[a-z].* \\|$"));
    }

    /** The history of a jail shows each of its events in words. */
    @Test
    void ofJailsHaveWords() throws IOException {
        Properties messages = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("../web/messages/messages.properties"))) {
            messages.load(file);
        }
        assertThat(EXAMPLES.stream()
                        .map(event -> type(event).action())
                        .filter(action -> action.startsWith("jail."))
                        .map(action -> "history." + action))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(messages.getProperty(key)).as(key).isNotBlank());
    }

    private String row(Event event) {
        return "| `" + type(event).action() + "` | " + type(event).version() + " | `" + json.writeValueAsString(event)
                + "` |";
    }

    private static String withoutMeaning(String row) {
        return Arrays.stream(row.split("\\|", -1)).limit(4).collect(Collectors.joining("|")) + "|";
    }

    private static EventType type(Event event) {
        EventType type = event.getClass().getAnnotation(EventType.class);
        assertThat(type).as(event + " has a type").isNotNull();
        return type;
    }
}
