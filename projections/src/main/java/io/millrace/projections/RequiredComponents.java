package io.millrace.projections;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Tells Jackson that every component of a record must be there and not be null, unless it is an Optional or has an
 * annotation called {@code Nullable}, of whatever package, that is visible at run time; and that it may ignore all else.
 */
final class RequiredComponents extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;
    private static final Set<Class<?>> OPTIONAL =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    @Override
    public Boolean hasRequiredMarker(AnnotatedMember member) {
        if (member instanceof AnnotatedParameter parameter) {
            return !mayBeMissing(parameter);
        }
        return super.hasRequiredMarker(member);
    }

    @Override
    public JsonSetter.Value findSetterInfo(Annotated annotated) {
        JsonSetter.Value said = super.findSetterInfo(annotated);
        boolean refuseNull = annotated instanceof AnnotatedParameter parameter
                && said.getValueNulls() == Nulls.DEFAULT
                && !mayBeMissing(parameter)
                && !JsonNode.class.isAssignableFrom(parameter.getRawType());
        return refuseNull ? said.withValueNulls(Nulls.FAIL) : said;
    }

    /**
     * What a record does not name is skipped where it stands. The setting that lets it pass would copy it first, into a
     * buffer that is thrown away.
     */
    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(MapperConfig<?> config, Annotated annotated) {
        return super.findPropertyIgnoralByName(config, annotated).withIgnoreUnknown();
    }

    private static boolean mayBeMissing(AnnotatedParameter parameter) {
        return OPTIONAL.contains(parameter.getRawType())
                || annotations(parameter)
                        .anyMatch(annotation ->
                                annotation.annotationType().getSimpleName().equals("Nullable"));
    }

    /** Where an annotation ends up depends on its targets: the parameter, its type, the component, the accessor. */
    private static Stream<Annotation> annotations(AnnotatedParameter parameter) {
        if (!(parameter.getOwner().getAnnotated() instanceof Executable creator)) {
            return Stream.empty();
        }
        Parameter declared = creator.getParameters()[parameter.getIndex()];
        Stream<AnnotatedElement> places = Stream.of(declared, declared.getAnnotatedType());
        RecordComponent[] components = creator.getDeclaringClass().getRecordComponents();
        if (components != null && components.length == creator.getParameterCount()) {
            RecordComponent component = components[parameter.getIndex()];
            places = Stream.concat(places, Stream.of(component, component.getAnnotatedType(), component.getAccessor()));
        }
        return places.flatMap(place -> Stream.of(place.getAnnotations()));
    }
}
