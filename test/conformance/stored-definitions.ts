/** Templates that tests of the suite store before they run, without saying so in their documents. */

/**
 * What Argo's unit tests store in their cluster before these cases; the case files do not hold it.
 * Written for this test, with just what the cases rely on.
 */
export const STORED_BY_UNIT_TESTS = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: template-ref-target}
spec:
  templates:
    - {name: A, container: {image: alpine, command: [echo, hello]}}
---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: template-ref-target-with-input}
spec:
  templates:
    - name: A
      inputs: {parameters: [{name: message}]}
      container: {image: alpine, command: [echo, "{{inputs.parameters.message}}"]}
`;
