package dev.bailiwick.server.attack;

import dev.bailiwick.jail.HostFacts;
import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.attack.TwoCustomers.Thing;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;

/** Arguments for any method, as far as their types say how to make them: they are about one customer and its jail. */
record AnyArguments(Map<Class<?>, Object> known) {

    static AnyArguments about(Thing thing) {
        Map<Class<?>, Object> known = new HashMap<>();
        known.put(thing.jail().getClass(), thing.jail());
        known.put(thing.customer().getClass(), thing.customer());
        known.put(thing.user().getClass(), thing.user());
        known.put(thing.host().getClass(), thing.host());
        known.put(thing.token().getClass(), thing.token());
        known.put(Caller.class, Fleet.OPERATOR);
        known.put(HostFacts.class, Fleet.Fixtures.facts());
        known.put(UUID.class, thing.customer().value());
        known.put(String.class, "shop");
        known.put(int.class, 10);
        known.put(long.class, 1L);
        known.put(boolean.class, false);
        known.put(Instant.class, Instant.parse("2026-11-30T00:00:00Z"));
        known.put(Duration.class, Duration.ofSeconds(1));
        known.put(OptionalInt.class, OptionalInt.empty());
        known.put(OptionalLong.class, OptionalLong.empty());
        known.put(byte[].class, new byte[32]);
        known.put(String[].class, new String[] {"shop"});
        known.put(Limit.class, Limit.of(10));
        return new AnyArguments(known);
    }

    /** Returns the type of a parameter for which there is no value. */
    Optional<Class<?>> unmakable(Method method) {
        return Arrays.stream(method.getParameters())
                .filter(parameter -> of(parameter.getParameterizedType()) == null)
                .<Class<?>>map(Parameter::getType)
                .findFirst();
    }

    /** Returns a value for each parameter. */
    Object[] of(Method method) {
        return Arrays.stream(method.getParameters())
                .map(parameter -> Objects.requireNonNull(of(parameter.getParameterizedType()), parameter::toString))
                .toArray();
    }

    private @Nullable Object of(Type type) {
        Class<?> raw = type instanceof ParameterizedType some
                ? (Class<?>) some.getRawType()
                : type instanceof Class<?> c ? c : Object.class;
        if (known.containsKey(raw)) {
            return known.get(raw);
        }
        if (raw == Optional.class) {
            return Optional.empty();
        }
        if (raw == Map.class) {
            return Map.of();
        }
        if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) {
            Object element = type instanceof ParameterizedType some ? of(some.getActualTypeArguments()[0]) : null;
            if (element == null) {
                return null;
            }
            return raw == Set.class ? Set.of(element) : List.of(element);
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[0];
        }
        if (raw.isSealed()) {
            return Arrays.stream(raw.getPermittedSubclasses())
                    .<@Nullable Object>map(this::of)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
        return raw.isRecord() ? record(raw) : null;
    }

    private @Nullable Object record(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            Object value = of(components[i].getGenericType());
            if (value == null) {
                return null;
            }
            values[i] = value;
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException invalid) {
            return null;
        }
    }
}
