package dev.bailiwick.server.problem;

import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.List;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;

/** What the description of the API has to know about an operation. */
public final class Operations {

    private Operations() {}

    /** Whether the operation only reads. */
    public static boolean isRead(HandlerMethod handler) {
        return methods(handler).contains(RequestMethod.GET);
    }

    public static boolean isPost(HandlerMethod handler) {
        return methods(handler).contains(RequestMethod.POST);
    }

    /** Whether the operation has a parameter with the annotation. */
    public static boolean has(HandlerMethod handler, Class<? extends Annotation> annotation) {
        return Arrays.stream(handler.getMethodParameters())
                .anyMatch(parameter -> parameter.hasParameterAnnotation(annotation));
    }

    private static List<RequestMethod> methods(HandlerMethod handler) {
        RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(handler.getMethod(), RequestMapping.class);
        return mapping == null ? List.of() : List.of(mapping.method());
    }
}
