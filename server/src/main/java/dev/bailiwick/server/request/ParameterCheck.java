package dev.bailiwick.server.request;

import dev.bailiwick.jail.validation.Violation;
import dev.bailiwick.server.problem.Paths;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Rejects what an operation or a page does not read: an unknown parameter of the query, an unknown field of a form, a second value
 * of a parameter that has one, and a body. A filter that is misspelt would otherwise select everything. The readers of JSON reject
 * unknown fields of a body.
 */
@Configuration(proxyBeanMethods = false)
class ParameterCheck implements WebMvcConfigurer, HandlerInterceptor {

    /** The token of a form, which a filter has checked. */
    private static final String TOKEN = "_csrf";

    private static final int MAX_VIOLATIONS = 10;
    private static final int MAX_EMPTY_BODY = 64;
    private static final Pattern EMPTY_BODY = Pattern.compile("\\s*(\\{\\s*}\\s*)?");

    private final Map<Method, DeclaredParameters> declared = new ConcurrentHashMap<>();

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).order(Ordered.HIGHEST_PRECEDENCE);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException, HttpMediaTypeNotSupportedException {
        // A form that is shown again after sign-in is forwarded; it is checked when it is sent again.
        if (request.getDispatcherType() == DispatcherType.REQUEST && handler instanceof HandlerMethod method) {
            requireKnown(request, method);
            requireReader(request, method);
        }
        return true;
    }

    private void requireKnown(HttpServletRequest request, HandlerMethod handler) {
        DeclaredParameters known = declared.computeIfAbsent(handler.getMethod(), _ -> DeclaredParameters.of(handler));
        List<Violation> violations = new ArrayList<>();
        given(request).forEach((name, times) -> {
            if (violations.size() < MAX_VIOLATIONS && !isOfThePage(request, name)) {
                known.violation(name, times).ifPresent(violations::add);
            }
        });
        if (!violations.isEmpty()) {
            throw new UnknownParameter(violations);
        }
    }

    /** Returns how often each parameter is given. A program's body is not a form. */
    private static Map<String, Integer> given(HttpServletRequest request) {
        Map<String, Integer> given = new TreeMap<>();
        if (!Paths.isApi(request)) {
            request.getParameterMap().forEach((name, values) -> given.put(name, values.length));
            return given;
        }
        String query = request.getQueryString();
        for (String pair : (query == null ? "" : query).split("&", -1)) {
            if (!pair.isEmpty()) {
                given.merge(URLDecoder.decode(pair.split("=", 2)[0], StandardCharsets.UTF_8), 1, Integer::sum);
            }
        }
        return given;
    }

    /** Whether the field belongs to any form of the pages: its token, or the id that its path has too. */
    private static boolean isOfThePage(HttpServletRequest request, String name) {
        return !Paths.isApi(request)
                && (name.equals(TOKEN)
                        || request.getMethod().equals("POST") && isInPath(request, name, request.getParameter(name)));
    }

    private static boolean isInPath(HttpServletRequest request, String name, @Nullable String value) {
        return request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                && variables.containsKey(name)
                && variables.get(name).equals(value);
    }

    private static void requireReader(HttpServletRequest request, HandlerMethod handler)
            throws IOException, HttpMediaTypeNotSupportedException {
        for (var parameter : handler.getMethodParameters()) {
            if (parameter.hasParameterAnnotation(RequestBody.class)) {
                return;
            }
        }
        // The body of a form was read together with the query.
        byte[] body = request.getInputStream().readNBytes(MAX_EMPTY_BODY);
        if (EMPTY_BODY.matcher(new String(body, StandardCharsets.UTF_8)).matches()) {
            return;
        }
        String type = request.getContentType();
        if (!Paths.isApi(request) && request.getMethod().equals("POST") && type != null) {
            throw new HttpMediaTypeNotSupportedException(
                    MediaType.parseMediaType(type), List.of(MediaType.APPLICATION_FORM_URLENCODED));
        }
        throw new BodyNotRead();
    }
}
