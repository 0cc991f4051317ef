package dev.bailiwick.server.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Sealing;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import dev.bailiwick.server.attack.TwoCustomers.Which;
import dev.bailiwick.server.database.RowAccess;
import dev.bailiwick.server.database.TestThreads;
import jakarta.persistence.EntityManager;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.data.repository.Repository;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Calls each method of each bean that reaches the database, as a thread that has stated no access. Each behaves as if no customer had
 * any row: as in a transaction in which all these rows are deleted.
 */
@ServerTest
class RepositoriesWithoutAccessTest {

    /** They state their own access, because they run for nobody or find out who somebody is. */
    private static final Set<String> STATE_THEIR_ACCESS =
            Set.of("ApiTokens.inForce", "CandidateHosts.all", "Usages.of", "Users.inSession");

    /** What they answer is new each time. */
    private static final Set<String> CREATE = Set.of(
            "FederatedUsers.create",
            "Hosts.define",
            "SocketTickets.issue",
            "StoredJoinTokens.issue",
            "UserCreation.create");

    /** What the text of an answer has by chance: the identity of an object, the time. */
    private static final Pattern CHANCE = Pattern.compile("@[0-9a-f]+|\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");

    /** The beginning and end of a component's own thread. */
    private static final Set<String> LIFE = Set.of("start", "stop", "run", "isRunning", "destroy");

    @Autowired
    private ApplicationContext context;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private JdbcClient jdbc;

    private record Call(String name, Object bean, Method method) {}

    @Test
    void seeNothing() throws Exception {
        TwoCustomers world = TwoCustomers.Maker.make(context);
        Thing own = world.thing(Which.OWN, world.actor("owner of the customer"));
        Sealing.awaitSealed(jdbc);
        AnyArguments arguments = AnyArguments.about(own);
        List<Call> calls = calls();
        Map<String, Class<?>> uncalled = new TreeMap<>();
        Map<String, String> differing = new TreeMap<>();
        Set<String> seeing = new TreeSet<>();
        for (Call call : calls) {
            Optional<Class<?>> unmakable = arguments.unmakable(call.method());
            if (unmakable.isPresent()) {
                uncalled.put(call.name(), unmakable.get());
                continue;
            }
            Object[] values = arguments.of(call.method());
            String empty = outcome(call, values, true);
            String all = RowAccess.everything().call(() -> outcome(call, values, false));
            String none = TestThreads.<String, RuntimeException>asServer(() -> outcome(call, values, false));
            if (!all.equals(empty)) {
                seeing.add(call.name());
            }
            // A write that finds no row has no answer.
            if (!none.equals(empty) && !none.startsWith("fails") && !none.equals("null")) {
                differing.put(call.name(), none + " instead of " + empty);
            }
        }
        System.out.printf(
                "%d methods reach the database; %d are called without an access, and %d of them see rows with one%n",
                calls.size(), calls.size() - uncalled.size(), seeing.size());
        differing.keySet().removeAll(STATE_THEIR_ACCESS);
        differing.keySet().removeAll(CREATE);
        assertThat(differing).isEmpty();
        assertThat(seeing).as("methods that see rows with an access").hasSizeGreaterThan(40);
        // The others take a whole definition or work to be done; RowsOfCustomersTest has the tables that they reach.
        assertThat(uncalled.size())
                .as("methods whose arguments cannot be made: %s", uncalled)
                .isLessThan(calls.size() / 4);
    }

    private List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        for (String name : context.getBeanDefinitionNames()) {
            Object bean = context.getBean(name);
            Class<?> type = AopUtils.getTargetClass(bean);
            boolean repository = bean instanceof Repository;
            if (!repository && !(isOfServer(type) && reachesDatabase(type))) {
                continue;
            }
            Class<?> declaring = repository
                    ? Arrays.stream(bean.getClass().getInterfaces())
                            .filter(one -> one.getName().startsWith("dev.bailiwick"))
                            .findFirst()
                            .orElseThrow()
                    : type;
            Object target = repository ? bean : AopTestUtils.getUltimateTargetObject(bean);
            Arrays.stream(repository ? declaring.getMethods() : declaring.getDeclaredMethods())
                    .filter(method -> !method.isSynthetic()
                            && !Modifier.isStatic(method.getModifiers())
                            && !Modifier.isPrivate(method.getModifiers())
                            && !LIFE.contains(method.getName())
                            && !method.isDefault())
                    .sorted(Comparator.comparing(Method::toString))
                    .forEach(method ->
                            calls.add(new Call(declaring.getSimpleName() + "." + method.getName(), target, method)));
        }
        return calls;
    }

    private static boolean isOfServer(Class<?> type) {
        var source = type.getProtectionDomain().getCodeSource();
        return type.getName().startsWith("dev.bailiwick.server.")
                && !type.isHidden()
                && source.getLocation().getPath().endsWith("/target/classes/");
    }

    private static boolean reachesDatabase(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (List.of(JdbcClient.class, JdbcOperations.class, EntityManager.class, DataSource.class).stream()
                        .anyMatch(kind -> kind.isAssignableFrom(field.getType()))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns what the method answers, in a transaction that is rolled back. */
    private String outcome(Call call, Object[] values, boolean withoutRows) {
        return transactions.execute(status -> {
            status.setRollbackOnly();
            if (withoutRows) {
                deleteRows();
            }
            try {
                call.method().setAccessible(true);
                return CHANCE.matcher(String.valueOf(call.method().invoke(call.bean(), values)))
                        .replaceAll("");
            } catch (InvocationTargetException e) {
                return "fails: " + e.getTargetException().getClass().getSimpleName();
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void deleteRows() {
        jdbc.sql("SET LOCAL session_replication_role = replica").update();
        jdbc.sql(
                        "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = current_schema()::regnamespace")
                .query((row, _) -> row.getString(1))
                .list()
                .forEach(table -> jdbc.sql("DELETE FROM " + table).update());
        jdbc.sql("SET LOCAL session_replication_role = origin").update();
    }
}
