package dev.bailiwick.server.page;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.regex.Pattern;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.ResourceUrlProvider;

/**
 * Styles, scripts, fonts and icons have the hash of their content in their address ({@code spring.web.resources.chain} in
 * application.yml), those of other projects their version; so a browser asks for each only once: what an address names never changes.
 */
@Component
class StaticFiles implements WebMvcConfigurer, HandlerInterceptor {

    /** The attribute and variable of templates that says where the icons are; parts sent to a page later have no request to ask. */
    static final String ICONS = "icons";

    private static final Pattern VERSIONED = Pattern.compile("-[0-9a-f]{32}\\.[a-z0-9]+$|^/webjars/[^/]+/[0-9][^/]*/");

    /** RFC 9111 and RFC 8246; a year, in seconds. */
    private static final String FOR_EVER = "max-age=31536000, public, immutable";

    private final ObjectProvider<ResourceUrlProvider> addresses;

    StaticFiles(ObjectProvider<ResourceUrlProvider> addresses) {
        this.addresses = addresses;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).excludePathPatterns("/api/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        request.setAttribute(ICONS, icons());
        if (VERSIONED.matcher(request.getRequestURI()).find()) {
            response.setHeader(HttpHeaders.CACHE_CONTROL, FOR_EVER);
        }
        return true;
    }

    private String icons() {
        String address = addresses.getObject().getForLookupPath("/icons.svg");
        if (address == null) {
            throw new IllegalStateException("icons.svg is not among the static files");
        }
        return address;
    }
}
