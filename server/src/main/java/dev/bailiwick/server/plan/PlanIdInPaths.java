package dev.bailiwick.server.plan;

import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Lets controllers take a {@link PlanId} from the path. */
@Configuration(proxyBeanMethods = false)
class PlanIdInPaths implements WebMvcConfigurer {

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, PlanId.class, PlanId::parse);
    }
}
