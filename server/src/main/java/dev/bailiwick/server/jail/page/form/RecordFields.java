package dev.bailiwick.server.jail.page.form;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The components of a record by name, for forms with many fields. */
final class RecordFields {

    private RecordFields() {}

    /** Returns the values of the components, in their order; the map can be changed. */
    static Map<String, Object> of(Record form) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (RecordComponent component : form.getClass().getRecordComponents()) {
            try {
                fields.put(component.getName(), component.getAccessor().invoke(form));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("A record's accessors can be called", e);
            }
        }
        return fields;
    }

    /** @param fields by name; the constructor gets null for the others */
    static <R extends Record> R create(Class<R> type, Map<String, Object> fields) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            return type.getDeclaredConstructor(
                            Stream.of(components).map(RecordComponent::getType).toArray(Class[]::new))
                    .newInstance(Stream.of(components)
                            .map(component -> fields.get(component.getName()))
                            .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A record's constructor can be called", e);
        }
    }
}
