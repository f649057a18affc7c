/**
 * The document of the kill test: files passed on, directories, loops, retries, hooks, nesting, a daemon and an exit
 * handler.
 * Every attempt writes a line into the ledger when its command begins and one when it ends. The ledger lies in a claim:
 * a directory that all attempts share, whatever the executor, and that is still there when the run has ended.
 */

export const claimName = "books";

/** The ledger's file name in the claim. */
export const ledgerName = "ledger";

// Process ids are small numbers in a sandbox, so the time makes them one process's own.
const begin = `me=$$-$(date +%s%N); echo "start $MILLRACE_ATTEMPT $me" >> /books/${ledgerName}`;
const end = `echo "end $MILLRACE_ATTEMPT $me" >> /books/${ledgerName}`;

export const workload = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  name: killed
spec:
  entrypoint: main
  onExit: bye
  volumes:
    - {name: books, persistentVolumeClaim: {claimName: ${claimName}}}
  templateDefaults:
    script: {volumeMounts: [{name: books, mountPath: /books}]}
  templates:
    - name: main
      dag:
        tasks:
          - name: seed
            template: seed
          - name: parts
            depends: seed
            template: part
            arguments:
              parameters: [{name: item, value: "{{item}}"}]
              artifacts: [{name: in, from: "{{tasks.seed.outputs.artifacts.tree}}"}]
            withSequence: {count: "6"}
          - name: steps
            depends: seed
            template: nested
            hooks:
              exit: {template: note}
              running:
                expression: tasks["steps"].status == "Running"
                template: note
          - name: never
            depends: seed
            when: "{{tasks.seed.outputs.result}} == no"
            template: note
          - name: db
            depends: seed
            template: db
          - name: asks
            depends: db
            template: note
          - name: join
            depends: parts && steps && asks
            template: join
            arguments:
              parameters: [{name: all, value: "{{tasks.parts.outputs.parameters}}"}]
              artifacts:
                - {name: tree, from: "{{tasks.seed.outputs.artifacts.tree}}"}
                - {name: more, from: "{{tasks.steps.outputs.artifacts.last}}"}
    - name: seed
      script:
        image: alpine:3
        command: [sh]
        source: |
          ${begin}
          mkdir -p /tmp/tree/a/b
          i=0
          while [ $i -lt 40 ]; do echo "line $i of many" >> /tmp/tree/a/b/big; i=$((i+1)); done
          echo seed > /tmp/tree/first
          echo yes
          ${end}
      outputs:
        artifacts: [{name: tree, path: /tmp/tree}]
    - name: part
      inputs:
        parameters: [{name: item}]
        artifacts: [{name: in, path: /tmp/in}]
      retryStrategy: {limit: "2", backoff: {duration: 50ms}}
      script:
        image: alpine:3
        command: [sh]
        source: |
          ${begin}
          sleep 0.0{{inputs.parameters.item}}
          cat /tmp/in/first /tmp/in/a/b/big > /tmp/out
          echo "part {{inputs.parameters.item}}" >> /tmp/out
          echo "value {{inputs.parameters.item}}" > /tmp/value
          sleep 0.1
          ${end}
          if [ {{retries}} = 0 ] && [ $(({{inputs.parameters.item}} % 3)) = 1 ]; then exit 3; fi
      outputs:
        parameters: [{name: value, valueFrom: {path: /tmp/value}}]
        artifacts: [{name: out, path: /tmp/out}]
    - name: nested
      steps:
        - - name: one
            template: work
          - name: two
            template: work
            arguments: {parameters: [{name: item, value: "{{item}}"}]}
            withItems: [x, y]
        - - name: last
            template: work
            arguments: {parameters: [{name: item, value: "{{steps.one.outputs.result}}"}]}
      outputs:
        artifacts: [{name: last, from: "{{steps.last.outputs.artifacts.file}}"}]
    - name: work
      inputs:
        parameters: [{name: item, value: none}]
      script:
        image: alpine:3
        command: [sh]
        source: |
          ${begin}
          sleep 0.15
          echo "work of {{inputs.parameters.item}}" > /tmp/file
          echo "did {{inputs.parameters.item}}"
          ${end}
      outputs:
        artifacts: [{name: file, path: /tmp/file}]
    - name: db
      daemon: true
      script:
        image: alpine:3
        command: [sh]
        readinessProbe: {exec: {command: [test, -e, /tmp/open]}}
        source: |
          ${begin}
          trap '${end}; exit 0' TERM
          : > /tmp/open
          while :; do sleep 0.05; done
    - name: note
      script:
        image: alpine:3
        command: [sh]
        source: |
          ${begin}
          sleep 0.05
          ${end}
    - name: join
      inputs:
        parameters: [{name: all}]
        artifacts:
          - {name: tree, path: /tmp/tree}
          - {name: more, path: /tmp/more}
      script:
        image: alpine:3
        command: [sh]
        source: |
          ${begin}
          sleep 0.1
          cat /tmp/tree/a/b/big /tmp/more > /tmp/joined
          echo '{{inputs.parameters.all}}' >> /tmp/joined
          ${end}
      outputs:
        artifacts: [{name: joined, path: /tmp/joined}]
    - name: bye
      script:
        image: alpine:3
        command: [sh]
        source: |
          ${begin}
          sleep 0.05
          echo bye
          ${end}
`;
