package dev.modelcompression.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Which module may know what. The class path here holds every module, so the rules see all of them.
 */
@AnalyzeClasses(
    packages = "dev.modelcompression",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] TENSOR_CODE = {
    "dev.modelcompression.onnx..",
    "dev.modelcompression.passes..",
    "dev.modelcompression.runtime..",
    "dev.modelcompression.training..",
    "dev.modelcompression.data..",
    "ai.onnx..",
    "ai.onnxruntime..",
    "org.bytedeco.."
  };

  @ArchTest
  static final ArchRule decisionsKnowNoTensor =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.modelcompression.engine..",
              "dev.modelcompression.api..",
              "dev.modelcompression.contract..",
              "dev.modelcompression.manifest..",
              "dev.modelcompression.operator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(TENSOR_CODE)
          .because("the operator plans with them and ships without native libraries");

  @ArchTest
  static final ArchRule graphCodeIsPure =
      noClasses()
          .that()
          .resideInAnyPackage("dev.modelcompression.onnx..", "dev.modelcompression.passes..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.nio.file..",
              "java.net..",
              "java.time..",
              "ai.onnxruntime..",
              "org.bytedeco.pytorch..")
          .because("a pass is a function from graph to graph: no file, clock, network or runtime");

  @ArchTest
  static final ArchRule onlyRuntimeKnowsOnnxRuntime =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.modelcompression.runtime..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.onnxruntime..");

  @ArchTest
  static final ArchRule onlyTrainingKnowsLibtorch =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.modelcompression.training..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco.pytorch..")
          .because("another tensor library can take its place behind the Trainer interface");

  @ArchTest
  static final ArchRule onlyOnnxKnowsTheMessages =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.modelcompression.onnx..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.onnx.proto..", "com.google.protobuf..", "org.bytedeco.onnx..");

  @ArchTest
  static final ArchRule modulesHaveNoCycles =
      slices().matching("dev.modelcompression.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packagesOfTheCommandLineHaveNoCycles =
      slices().matching("dev.modelcompression.cli.(*)..").should().beFreeOfCycles();
}
