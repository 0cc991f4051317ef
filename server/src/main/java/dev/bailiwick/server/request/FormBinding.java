package dev.bailiwick.server.request;

import dev.bailiwick.server.bounds.Bound;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;

/** Lets a form have as many rows as a request has parameters; {@link DeclaredParameters} rejects higher indices. */
@ControllerAdvice
class FormBinding {

    @InitBinder
    void bound(WebDataBinder binder) {
        binder.setAutoGrowCollectionLimit(Bound.REQUEST_PARAMETERS.value());
    }
}
