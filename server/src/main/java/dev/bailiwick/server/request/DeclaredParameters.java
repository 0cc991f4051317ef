package dev.bailiwick.server.request;

import dev.bailiwick.jail.syscall.NearNames;
import dev.bailiwick.jail.text.PlainText;
import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.bounds.Bound;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;

/**
 * The parameters that a handler reads: those with {@link RequestParam}, the components of a record with {@link ModelAttribute},
 * those that the description of the API names with {@link Parameter}, and {@link OtherParameters}.
 *
 * @param names by the name, in which {@code []} stands for an index, whether the parameter can be given several times
 */
record DeclaredParameters(Map<String, Boolean> names) {

    private static final Pattern INDEX = Pattern.compile("\\[(\\d{1,9})]");
    private static final int MAX_SHOWN = 64;

    /** An unknown name is answered with the names that there are, if they are few. */
    private static final int MAX_LISTED = 24;

    DeclaredParameters {
        names = new TreeMap<>(names);
    }

    static DeclaredParameters of(HandlerMethod handler) {
        Map<String, Boolean> names = new TreeMap<>();
        for (Parameter described : handler.getMethod().getAnnotationsByType(Parameter.class)) {
            if (described.in() == ParameterIn.QUERY) {
                names.put(described.name(), true);
            }
        }
        OtherParameters others = handler.getMethodAnnotation(OtherParameters.class);
        Arrays.stream(others == null ? new String[0] : others.value()).forEach(name -> names.put(name, false));
        for (MethodParameter parameter : handler.getMethodParameters()) {
            RequestParam single = parameter.getParameterAnnotation(RequestParam.class);
            if (single != null && !Map.class.isAssignableFrom(parameter.getParameterType())) {
                names.put(name(single, parameter), isMany(parameter.getParameterType()));
            } else if (parameter.hasParameterAnnotation(ModelAttribute.class)) {
                addComponents("", parameter.getParameterType(), names);
            }
        }
        return new DeclaredParameters(names);
    }

    private static String name(RequestParam annotation, MethodParameter parameter) {
        return annotation.name().isEmpty()
                ? String.valueOf(parameter.getParameter().getName())
                : annotation.name();
    }

    private static void addComponents(String prefix, Class<?> form, Map<String, Boolean> names) {
        for (RecordComponent component : form.getRecordComponents()) {
            String name = prefix + component.getName();
            Class<?> type = component.getType();
            if (type.isRecord() && isList(type)) {
                names.put(name, true);
            } else if (type.isRecord()) {
                addComponents(name + ".", type, names);
            } else if (isMany(type)) {
                addElements(name, element(component.getGenericType()), names);
            } else {
                names.put(name, false);
            }
        }
    }

    private static void addElements(String name, @Nullable Class<?> element, Map<String, Boolean> names) {
        if (element != null && element.isRecord()) {
            addComponents(name + "[].", element, names);
        } else {
            names.put(name, true);
        }
    }

    private static @Nullable Class<?> element(Type list) {
        return list instanceof ParameterizedType known && known.getActualTypeArguments()[0] instanceof Class<?> element
                ? element
                : null;
    }

    /** Whether the record is only a list: it is made of the values of one parameter. */
    private static boolean isList(Class<?> form) {
        return form.getRecordComponents().length == 1 && isMany(form.getRecordComponents()[0].getType());
    }

    private static boolean isMany(Class<?> type) {
        return type.isArray() || Collection.class.isAssignableFrom(type);
    }

    /** Returns what is wrong with a parameter that was given this often; empty if the handler reads it. */
    Optional<Violation> violation(String name, int times) {
        Optional<String> known = declared(name);
        if (known.isEmpty()) {
            return Optional.of(new Violation(pointer(name), "is not a parameter here" + suggestion(name)));
        }
        return times > 1 && !names.getOrDefault(known.get(), false)
                ? Optional.of(new Violation(pointer(name), "is given more than once"))
                : Optional.empty();
    }

    private Optional<String> declared(String name) {
        boolean withinBounds = INDEX.matcher(name)
                .results()
                .allMatch(index -> Integer.parseInt(index.group(1)) < Bound.REQUEST_PARAMETERS.value());
        String general = INDEX.matcher(name).replaceAll(Matcher.quoteReplacement("[]"));
        boolean declared = withinBounds && (general.equals(name) ? !name.contains("[]") : true);
        return Optional.of(general).filter(any -> declared && names.containsKey(any));
    }

    private String suggestion(String name) {
        List<String> near = NearNames.of(name, names.keySet().stream());
        if (!near.isEmpty()) {
            return "; similar: " + String.join(", ", near);
        }
        return names.isEmpty()
                ? ""
                : names.size() <= MAX_LISTED ? "; there are: " + String.join(", ", names.keySet()) : "";
    }

    private static String pointer(String name) {
        return "/" + PlainText.truncate(name, MAX_SHOWN).replace("~", "~0").replace("/", "~1");
    }
}
